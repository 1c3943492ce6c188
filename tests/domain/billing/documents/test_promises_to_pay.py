"""Promises to pay: one open at a time, kept or broken."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.billing.promises_to_pay.queries import company_promises, promises_of
from portal.billing.promises_to_pay.use_cases import NewPromise, promise_payment, withdraw_promise
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from tests.builders import NOW, Build
from tests.domain.billing.documents.outsiders import OUTSIDERS, outsider
from tests.invoices import make_invoice, pay_offline

TODAY = date(2026, 6, 2)


ZONE = "America/New_York"


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def buyer(build: Build, company: Company) -> Actor:
    return build.actor(build.user(company, name="Dana Ortiz"), company)


def promise(
    session: Session, buyer: Actor, invoice: Invoice, day: date | None, note: str = ""
) -> PaymentPromise:
    return promise_payment(session, NewPromise(invoice.number, day, note), actor=buyer, now=NOW, today=TODAY)


def test_a_promise_stands_until_another_takes_its_place(
    session: Session, company: Company, buyer: Actor
) -> None:
    invoice = make_invoice(session, company)
    promise(session, buyer, invoice, TODAY + timedelta(days=7), "After the 5th")
    promise(session, buyer, invoice, TODAY + timedelta(days=9))
    assert withdraw_promise(session, actor=buyer, now=NOW, number=invoice.number)
    assert not withdraw_promise(session, actor=buyer, now=NOW, number=invoice.number)
    promise(session, buyer, invoice, TODAY)
    session.commit()
    found = promises_of(session, invoice.id, today=TODAY, zone=ZONE)
    assert [each.state for each in found] == ["waits", "withdrawn", "withdrawn"]
    names = session.scalars(
        text("select name from touchpoint where name like 'payment_prom%' order by recorded_us")
    )
    assert sorted(names) == [
        "payment_promise_withdrawn",
        "payment_promised",
        "payment_promised",
        "payment_promised",
    ]


@pytest.mark.parametrize("days", [-1, 61, None])
def test_a_promise_is_for_the_next_60_days(
    session: Session, company: Company, buyer: Actor, days: int | None
) -> None:
    invoice = make_invoice(session, company)
    day = None if days is None else TODAY + timedelta(days=days)
    with pytest.raises(Rejected) as refused:
        promise(session, buyer, invoice, day)
    assert refused.value.field == "promised_on"


def test_kept_and_broken(session: Session, company: Company, buyer: Actor) -> None:
    kept, broken, late = (make_invoice(session, company, net=net) for net in (100, 200, 300))
    for invoice in (kept, broken, late):
        promise(session, buyer, invoice, TODAY + timedelta(days=1))
    session.commit()
    pay_offline(session, company, 100, kept, on=TODAY + timedelta(days=1))
    pay_offline(session, company, 300, late, on=TODAY + timedelta(days=2))
    found = company_promises(session, company.id, today=TODAY + timedelta(days=2), zone=ZONE)
    assert {each.invoice_number: each.state for each in found} == {
        kept.number: "kept",
        broken.number: "broken",
        late.number: "broken",
    }


def test_nothing_is_promised_of_what_is_paid(session: Session, company: Company, buyer: Actor) -> None:
    invoice = make_invoice(session, company, net=100)
    pay_offline(session, company, 100, invoice)
    with pytest.raises(Rejected, match="Nothing is open"):
        promise(session, buyer, invoice, TODAY)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_who_may_not(build: Build, session: Session, company: Company, role: str) -> None:
    """Seen failing without the check of the permission, and with the invoice of any company."""
    invoice = make_invoice(session, company)
    actor = outsider(build, company, role)
    with pytest.raises(NotFound):
        promise(session, actor, invoice, TODAY)
    with pytest.raises(NotFound):
        withdraw_promise(session, actor=actor, now=NOW, number=invoice.number)
