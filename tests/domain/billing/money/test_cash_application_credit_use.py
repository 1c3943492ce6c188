"""Whether a company's credit is used first: its own people say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.billing.cash_application.use_cases.credit_use import set_credit_use
from portal.billing.models.credit import PaymentTerms
from portal.billing.settlement.use_cases.own_credit import uses_credit
from portal.foundation.errors import NotFound
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build


def test_it_is_switched_off_and_on(build: Build) -> None:
    session, company = build.session, build.company()
    boss = build.actor(build.user(company, "company_admin"), company, "company_admin")
    assert uses_credit(session, company.id)
    for n, on in enumerate((False, True)):
        set_credit_use(session, actor=boss, on=on, now=NOW + timedelta(minutes=n))
        session.commit()
        session.expire_all()
        assert uses_credit(session, company.id) is on
    assert session.scalars(select(PaymentTerms.days)).one() == company.terms_days
    names = session.scalars(select(Touchpoint.name)).all()
    assert "credit_use_changed" in names
    buyer = build.actor(build.user(company), company)
    with pytest.raises(NotFound):
        set_credit_use(session, actor=buyer, on=False, now=NOW)
