"""The rows above totals on the pages of paying."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace as Some
from typing import Any

from portal.billing.invoices.document_words import sum_rows
from portal.billing.payments.sums import asked_rows, link_rows, paid_rows, pay_rows, receipt_facts
from portal.billing.settlement.split import Share


def receipt(*, charged_back_minor: int = 0, **payment: Any) -> Any:
    lines = [
        Some(
            number="INV-1",
            kind="invoice",
            asked_minor=10_000,
            discount_asked_minor=200,
            paid_minor=9_800,
            discount_minor=200,
            open_minor=500,
        ),
        Some(
            number="CM-1",
            kind="credit_memo",
            asked_minor=-1_000,
            discount_asked_minor=0,
            paid_minor=0,
            discount_minor=0,
            open_minor=0,
        ),
    ]
    paid = {"unapplied_minor": 0, "refunded_minor": 0, "method_words": "Visa ending 4242", **payment}
    attempt = Some(currency="USD", actor_name="Dana Ortiz")
    return Some(
        attempt=attempt, lines=lines, group=[], payment=Some(**paid), charged_back_minor=charged_back_minor
    )


def test_what_would_be_paid() -> None:
    """Seen failing with the discount's sign turned."""
    documents = [Some(id=1, number="INV-1"), Some(id=2, number="INV-2"), Some(id=3, number="CM-1")]
    shares = {1: Share(1, 10_000, 200), 3: Share(3, -1_000)}
    assert pay_rows(documents, shares, "USD") == [
        ("INV-1", "$100.00"),
        ("Discount for INV-1", "-$2.00"),
        ("CM-1", "-$10.00"),
    ]


def test_a_receipt() -> None:
    """Seen failing with credit memos among the paid invoices."""
    assert paid_rows(receipt(unapplied_minor=300)) == [
        ("INV-1, $5.00 still open", "$98.00"),
        ("Early-payment discount", "-$2.00"),
        ("Not used for an invoice", "$3.00"),
    ]
    assert receipt_facts(receipt(refunded_minor=700)) == [
        ("By", "Visa ending 4242"),
        ("Paid by", "Dana Ortiz"),
        ("Credit memo CM-1", "$10.00 used"),
        ("Given back", "$7.00"),
    ]
    assert receipt_facts(receipt(charged_back_minor=900))[-1] == ("Charged back", "$9.00 by the payer's bank")


def test_what_is_asked_for() -> None:
    """Seen failing with paid documents among a link's."""
    assert asked_rows(receipt()) == [
        ("INV-1", "$100.00"),
        ("Discount for INV-1", "-$2.00"),
        ("CM-1", "-$10.00"),
    ]
    documents = [
        Some(number="INV-1", due_on=date(2026, 6, 2), open_minor=500),
        Some(number="INV-2", due_on=date(2026, 6, 3), open_minor=0),
    ]
    asked = Some(saved_minor=10, otherwise_minor=150)
    assert link_rows(documents, asked, "USD", date.isoformat) == [
        ("INV-1, due 2026-06-02", "$5.00"),
        ("Early-payment discount", "-$0.10"),
        ("Settled otherwise", "-$1.50"),
    ]


def test_a_document_without_taxed_lines_has_one_row_of_tax() -> None:
    """Seen failing with the row left out."""
    assert sum_rows(Some(currency="USD", net_minor=10_000, tax_minor=0), []) == [
        ("Net", "$100.00"),
        ("Tax", "$0.00"),
    ]
