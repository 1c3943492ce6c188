"""A saved method behind a charged-back payment is not charged until we allow it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.billing.methods.queries import methods_to_charge
from portal.billing.methods.use_cases.methods import usable
from portal.billing.methods.use_cases.suspension import allow_again
from portal.billing.models.payments import Payment
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from tests.builders import Build
from tests.domain.billing.money.automatic import saved
from tests.domain.billing.money.test_chargebacks_follow_up import by_saved, charge_back
from tests.invoices import TODAY
from tests.paying import Till


def test_the_method_is_refused_until_we_allow_it(till: Till, build: Build) -> None:
    """Seen failing without the check in ``usable``, and with a removed card that is saved once more as a new one."""
    method = saved(till)
    by_saved(till, method, 5_000)
    charge_back(till, verdict=None)
    with till.sessions() as session:
        assert methods_to_charge(session, till.actor, TODAY) == []
        with pytest.raises(Rejected, match="suspended"):
            usable(session, actor=till.actor, method_id=method.id, today=TODAY)
    with transaction(till.sessions) as session:
        payment = session.scalars(select(Payment)).one()
        with pytest.raises(NotFound):
            allow_again(session, payment, actor=till.actor, now=utcnow())
        admin = build.actor(build.user(kind="admin"))
        assert allow_again(session, payment, actor=admin, now=utcnow()) == ["Visa ending 4242"]
    with till.sessions() as session:
        assert usable(session, actor=till.actor, method_id=method.id, today=TODAY).id == method.id
