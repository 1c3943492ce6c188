"""Payments posted to the ledger and allocated to invoices, whatever way they came."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import BANK
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import applied_parts, chargebacks_of, pending_refunds_minor, posted
from portal.billing.settlement.received import Received
from portal.billing.settlement.split import Share
from portal.billing.settlement.use_cases.locks import lock_documents, lock_invoices, lock_payment
from portal.billing.settlement.use_cases.reversals import sides_back
from portal.billing.settlement.use_cases.settle import post_payment
from portal.foundation.actor import SYSTEM
from portal.foundation.errors import NotFound
from tests.builders import NOW, Build
from tests.invoices import TODAY, make_invoice


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting", limit=10_000_000)


def received(company: Company, amount: int, key: str = "payment:test") -> Received:
    return Received(
        company_id=company.id,
        kind="cheque",
        amount_minor=amount,
        currency="USD",
        received_at=NOW,
        received_on=TODAY,
        key=key,
        account=BANK,
    )


def test_a_fact_is_posted_once(session: Session, company: Company) -> None:
    """Seen failing (its fact was "posted by another payment") without looking for the posting first."""
    invoice = make_invoice(session, company, net=10_000)
    shares = [Share(invoice.id, 10_000)]
    first = post_payment(session, received(company, 10_000), shares, actor=SYSTEM, now=NOW)
    assert first is not None
    assert [each.number for each in first.paid_off] == [invoice.number]
    assert post_payment(session, received(company, 10_000), shares, actor=SYSTEM, now=NOW) is None
    assert posted(session, "payment:test") is not None
    assert session.scalar(select(func.count()).select_from(Payment)) == 1


def test_what_no_invoice_takes_is_unapplied(session: Session, company: Company) -> None:
    """Seen failing with the rest left out of the postings: they did not balance."""
    invoice = make_invoice(session, company, net=4_000)
    settled = post_payment(
        session, received(company, 10_000), [Share(invoice.id, 10_000)], actor=SYSTEM, now=NOW
    )
    assert settled is not None
    assert settled.payment.unapplied_minor == 6_000
    (part,) = applied_parts(session, settled.payment.id)
    assert (part.number, part.amount_minor) == (invoice.number, 4_000)
    assert pending_refunds_minor(session, settled.payment.id) == 0
    assert chargebacks_of(session, settled.payment.id) == []


@pytest.mark.parametrize(("reason", "disputes"), [("price", 1), ("later", 0), ("", 0)])
def test_a_short_payment_with_a_reason_opens_a_dispute(
    session: Session, company: Company, reason: str, disputes: int
) -> None:
    """Seen failing with a dispute for every short payment."""
    invoice = make_invoice(session, company, net=10_000)
    share = Share(invoice.id, 7_000, 0, reason, "Two dollars too much a gallon")
    post_payment(session, received(company, 7_000), [share], actor=SYSTEM, now=NOW)
    found = session.scalars(select(InvoiceDispute)).all()
    assert [each.amount_minor for each in found] == [3_000] * disputes


def test_another_companys_documents_are_not_locked(session: Session, build: Build, company: Company) -> None:
    """Seen failing with foreign documents left out silently."""
    theirs = make_invoice(session, build.company("Coastal Coatings"), net=10_000)
    ours = make_invoice(session, company, net=10_000)
    for lock in (lock_invoices, lock_documents):
        with pytest.raises(NotFound):
            lock(session, company_id=company.id, ids=[ours.id, theirs.id])
        assert list(lock(session, company_id=company.id, ids=[ours.id, ours.id])) == [ours.id]


def test_a_reversal_takes_unapplied_cash_first_then_reopens_invoices(
    session: Session, company: Company
) -> None:
    """Seen failing with the invoices reopened first, and with the rest charged to no account."""
    invoice = make_invoice(session, company, net=4_000)
    settled = post_payment(
        session, received(company, 10_000), [Share(invoice.id, 4_000)], actor=SYSTEM, now=NOW
    )
    assert settled is not None
    payment = lock_payment(session, company_id=company.id, payment_id=settled.payment.id)
    assert [side.amount_minor for side in sides_back(session, payment, 7_000)] == [6_000, 1_000]
    with pytest.raises(ValueError, match="1000 too little"):
        sides_back(session, payment, 11_000)
    assert [side.account for side in sides_back(session, payment, 11_000, rest_to=BANK)][-1] == BANK
    with pytest.raises(NotFound):
        lock_payment(session, company_id=company.id + 1, payment_id=payment.id)


def test_the_row_of_a_payment_has_nothing_of_its_posting(company: Company) -> None:
    """Seen failing with ``account`` among the columns."""
    row = replace(received(company, 1), note="by hand").row
    assert set(row) <= {column.name for column in Payment.__table__.columns}
    assert row["note"] == "by hand"
