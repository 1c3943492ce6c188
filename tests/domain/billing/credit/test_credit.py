"""Credit: judged and taken under the row's lock, given back, never below zero."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.credit.queries.credit import credit_of
from portal.billing.credit.use_cases import CreditRefused, give_credit, take_credit
from portal.foundation.errors import Rejected
from tests.builders import Build


def test_up_to_the_limit_and_not_a_cent_more(build: Build, session: Session) -> None:
    company = build.company(limit=10_000)
    take_credit(session, company_id=company.id, amount_minor=9_999)
    take_credit(session, company_id=company.id, amount_minor=1)
    with pytest.raises(CreditRefused) as refused:
        take_credit(session, company_id=company.id, amount_minor=1)
    no = refused.value
    assert no.code == "credit_limit"
    assert (no.limit_minor, no.used_minor, no.available_minor, no.asked_minor) == (10_000, 10_000, 0, 1)
    give_credit(session, company_id=company.id, amount_minor=5_000)
    account = credit_of(session, company.id)
    assert account is not None
    assert (account.used_minor, account.available_minor) == (5_000, 5_000)


def test_a_hold_refuses_even_nothing(build: Build, session: Session) -> None:
    company = build.company(on_hold=True)
    with pytest.raises(Rejected) as refused:
        take_credit(session, company_id=company.id, amount_minor=0)
    assert (refused.value.code, refused.value.outcome) == ("credit_hold", "credit_hold")


def test_without_an_account_there_is_no_credit(build: Build, session: Session) -> None:
    company = build.company()
    session.execute(text("delete from credit_account"))
    with pytest.raises(Rejected) as refused:
        take_credit(session, company_id=company.id, amount_minor=1)
    assert refused.value.code == "credit_limit"


def test_paying_ahead_leaves_more_than_the_limit(build: Build, session: Session) -> None:
    company = build.company()
    give_credit(session, company_id=company.id, amount_minor=5)
    account = credit_of(session, company.id)
    assert account is not None
    assert (account.used_minor, account.available_minor) == (-5, account.limit_minor + 5)
