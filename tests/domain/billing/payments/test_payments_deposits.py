"""Paying a round sum ahead."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select

from portal.billing.payments.use_cases.deposits import pay_on_account
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.verification.run import verify
from tests.builders import Build
from tests.invoices import TODAY
from tests.paying import Till


def test_it_becomes_money_on_account(till: Till, engine: Engine) -> None:
    """Seen failing with a payment that had to be for an invoice or a draft. The same form pays once, another amount again."""
    given: dict[str, Any] = {"actor": till.actor, "form_key": "f", "now": utcnow(), "today": TODAY}
    with transaction(till.sessions) as session:
        attempt = pay_on_account(session, amount_minor=50_000, **given)
        assert pay_on_account(session, amount_minor=50_000, **given).id == attempt.id
        assert pay_on_account(session, amount_minor=1_000, **given).id != attempt.id
    till.by_card(till.open(attempt))
    assert till.sync(attempt).state == "succeeded"
    (payment,) = till.payments()
    assert (payment.amount_minor, payment.unapplied_minor, payment.draft_id) == (50_000, 50_000, None)
    with till.sessions() as session:
        mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "payment_received")).one()
    assert (mail.data["on_account"], mail.data["unapplied"]) == (True, "$500.00")
    assert [each.check.name for each in verify(engine).findings if each.check.name != "log_partitions"] == []
    till.check_books()


def test_who_may_and_how_much(till: Till, build: Build) -> None:
    given: dict[str, Any] = {"form_key": "f", "now": utcnow(), "today": TODAY}
    viewer = build.actor(build.user(till.company, "viewer"), till.company, "viewer")
    with till.sessions() as session:
        with pytest.raises(NotFound):
            pay_on_account(session, actor=viewer, amount_minor=100, **given)
        with pytest.raises(Rejected, match="amount to pay ahead"):
            pay_on_account(session, actor=till.actor, amount_minor=0, **given)
