"""One invoice or credit memo, as the company's people see it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.invoices.use_cases.issue import Line
from portal.touchpoints.models import Touchpoint
from tests.builders import Build, today
from tests.invoices import apply_memo, make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.documents.customer import Customer
from tests.reading.pdf_text import words as pdf_words

Statements = Callable[[], AbstractContextManager[list[str]]]


def file_of(client: PageClient, path: str) -> str:
    answer = client.http.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return answer.get_data(as_text=True).removeprefix("\ufeff")


def test_the_document(buyer: PageClient, customer: Customer, session: Session) -> None:
    invoice = customer.invoice(
        10,
        net=20_000,
        tax=1_775,
        lines=2,
        po_number="7731",
        job_name="Mill Lane 12",
        order_number="CP-100001",
    )
    buyer.get(f"/invoices/{invoice.number}")
    for words in (
        "Satin paint 2, 1 gal",
        "$200.00",
        "Tax 8 %",
        "$17.75",
        "$217.75",
        "Net 30",
        "Due in 20 days",
        "2 lines",
    ):
        assert words in buyer.text, words
    assert "/orders/CP-100001" in buyer.body
    noted = session.scalars(select(Touchpoint).where(Touchpoint.name == "invoice_viewed")).one()
    assert (noted.account_id, noted.value_minor, noted.props["number"]) == (
        customer.company.id,
        21_775,
        invoice.number,
    )


ADDRESS = {
    "label": "Pickup",
    "recipient": "Site office",
    "line1": "4 Mill Lane",
    "line2": "",
    "city": "Albany",
}


@pytest.mark.parametrize(("place", "words"), [({}, "Delivered to"), ({"picked_up": True}, "Picked up at")])
def test_where_the_goods_went(
    buyer: PageClient, customer: Customer, place: dict[str, bool], words: str
) -> None:
    """An address that its company calls “Pickup” is an address. Seen failing with a template that read the label."""
    invoice = customer.invoice(ship_to={**ADDRESS, **place})
    buyer.get(f"/invoices/{invoice.number}")
    assert f"{words} Site office, 4 Mill Lane, Albany" in buyer.text


def test_what_was_applied_adds_up_to_what_is_open(buyer: PageClient, customer: Customer) -> None:
    invoice = customer.invoice(10, net=100_000)
    memo = customer.invoice(5, net=-15_000, reason="Two gallons came back")
    payment = pay_offline(customer.session, customer.company, 30_000, invoice, kind="cheque", discount=2_000)
    apply_memo(customer.session, memo, invoice, 5_000)
    buyer.get(f"/invoices/{invoice.number}")
    for words in (
        f"Payment {payment.number}",
        "-$300.00",
        "Early-payment discount",
        "-$20.00",
        "Credit memo",
        memo.number,
        "-$50.00",
        "Paid and credited -$370.00",
        "Open $630.00",
    ):
        assert words in buyer.text, words
    buyer.get(f"/invoices/{memo.number}")
    for words in ("Credit memo", "Used for", invoice.number, "Two gallons came back", "Left to use -$100.00"):
        assert words in buyer.text, words


def test_a_viewer_reads_everything_but_the_card(client: PageClient, customer: Customer) -> None:
    invoice = customer.invoice()
    payment = pay_offline(customer.session, customer.company, 4_000, invoice, kind="card")
    payment.method_words = "Visa ending 4242"
    customer.session.commit()
    viewer = customer.build.user(customer.company, "viewer")
    client.sign_in(viewer.email)
    for page in ("/invoices", f"/invoices/{invoice.number}", "/account/billing", "/payments"):
        client.get(page)
        assert "4242" not in client.body, page
        assert "Pay ticked" not in client.body, page
        assert "/payments/new" not in client.body, page
    assert "4242" not in file_of(client, "/payments.csv")
    client.get(f"/invoices/{invoice.number}")
    assert "Paid online" in client.text
    payer = PageClient(client.http.application)
    payer.sign_in(customer.buyer.email)
    for page in (f"/invoices/{invoice.number}", "/account/billing", "/payments"):
        payer.get(page)
        assert "Visa ending 4242" in payer.text, page
    assert "Visa ending 4242" in file_of(payer, "/payments.csv")


def test_another_companys_invoice_is_not_there(client: PageClient, customer: Customer) -> None:
    invoice = customer.invoice()
    client.sign_in(customer.build.user(customer.build.company()).email)
    client.get(f"/invoices/{invoice.number}", status=404)
    client.get(f"/invoices?status=all&q={invoice.number}")
    assert "No invoice matches" in client.text


@pytest.mark.parametrize("lines", [0, 1, 200])
def test_documents_of_any_length(
    buyer: PageClient, customer: Customer, statements: Statements, lines: int
) -> None:
    long = "Very long name of a product that goes on and on and on " * 6
    made = [
        Line(long, n + 1, Decimal("1.2345"), 100, sku="X" * 60, colour="TC-0001 Harbor Fog")
        for n in range(lines)
    ]
    invoice = customer.invoice(lines=made, job_name=long, po_number="P" * 120)
    with statements() as heard:
        buyer.get(f"/invoices/{invoice.number}")
    assert len(heard) <= 9, heard
    assert buyer.body.count("<tr") >= lines
    buyer.get("/invoices")


@pytest.mark.parametrize(("currency", "words"), [("JPY", "¥1,234"), ("KWD", "1.234 KWD"), ("EUR", "€12.34")])
def test_other_currencies(
    client: PageClient, session: Session, build: Build, currency: str, words: str
) -> None:
    company = build.company(currency=currency)
    client.sign_in(build.user(company).email)
    invoice = make_invoice(session, company, net=1_234, on=today())
    pay_offline(session, company, 34, invoice, on=today())
    for page in ("/invoices", f"/invoices/{invoice.number}", "/account/billing"):
        client.get(page)
        assert words in client.text, page


def test_who_ordered_it_and_for_whom(buyer: PageClient, customer: Customer) -> None:
    """On the page, the PDF and in the file; the rep beside the person whom they ordered for. Seen failing without the column."""
    by_rep = customer.invoice(ordered_by="Dana Ortiz", placed_by_rep="Alex Moreno")
    own = customer.invoice(ordered_by="Sam Fields")
    older = customer.invoice()
    for invoice, words in ((by_rep, "Ordered by Alex Moreno for Dana Ortiz"), (own, "Ordered by Sam Fields")):
        buyer.get(f"/invoices/{invoice.number}")
        assert words in buyer.text
        assert words.partition("Ordered by ")[2] in pdf_words(
            buyer.http.get(f"/invoices/{invoice.number}.pdf").data
        )
    buyer.get(f"/invoices/{older.number}")
    assert "Ordered by" not in buyer.text
    rows = {
        row["Number"]: row for row in csv.DictReader(io.StringIO(file_of(buyer, "/invoices.csv?status=all")))
    }
    assert [
        (rows[each.number]["Ordered by"], rows[each.number]["Placed by rep"]) for each in (by_rep, own, older)
    ] == [("Dana Ortiz", "Alex Moreno"), ("Sam Fields", ""), ("", "")]
