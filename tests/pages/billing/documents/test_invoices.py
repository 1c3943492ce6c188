"""The list of a company's invoices, and its export."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.promises_to_pay import PaymentPromise
from tests.builders import NOW, today
from tests.invoices import make_attempt, make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.documents.customer import Customer, rows_of

Statements = Callable[[], AbstractContextManager[list[str]]]


def numbers(client: PageClient) -> list[str]:
    assert client.page is not None
    table = next(t for t in client.page.iter("table") if "invoices-table" in (t.get("class") or ""))
    return [a.text or "" for th in table.iter("th") for a in th.iter("a")]


def test_what_is_open_comes_first_and_says_when_it_is_due(buyer: PageClient, customer: Customer) -> None:
    late = customer.invoice(42, net=10_000, tax=800, po_number="7731", job_name="Mill Lane 12")
    soon = customer.invoice(27)
    fresh = customer.invoice(0)
    paid = customer.invoice(20)
    pay_offline(customer.session, customer.company, 10_000, paid)
    buyer.get("/invoices")
    assert numbers(buyer) == [late.number, soon.number, fresh.number]
    for words in ("12 days overdue", "Due in 3 days", "Due in 30 days", "7731", "Mill Lane 12", "$108.00"):
        assert words in buyer.text, words
    assert "Open $308.00 3 invoices" in buyer.text
    assert "Overdue $108.00 1 invoice, the oldest 12 days overdue" in buyer.text
    buyer.get("/invoices?status=overdue")
    assert numbers(buyer) == [late.number]
    buyer.get("/invoices?status=paid")
    assert numbers(buyer) == [paid.number]
    assert "Paid" in buyer.text


def test_marks_stand_on_the_invoice_they_concern(buyer: PageClient, customer: Customer) -> None:
    invoice = customer.invoice(net=50_000)
    session = customer.session
    make_attempt(session, customer.company, {invoice: 20_000}, state="processing")
    make_attempt(
        session, customer.company, {invoice: 1_000}, state="scheduled", run_on=today() + timedelta(days=3)
    )
    common = {"invoice_id": invoice.id, "company_id": customer.company.id}
    session.add(InvoiceDispute(**common, amount_minor=5_000, currency="USD", reason="price", opened_at=NOW))
    session.add(PaymentPromise(**common, promised_on=today() + timedelta(days=5), made_at=NOW))
    session.commit()
    for page in ("/invoices", f"/invoices/{invoice.number}"):
        buyer.get(page)
        assert "$200.00" in buyer.text
        assert "on its way" in buyer.text
        assert "$50.00" in buyer.text
    buyer.get("/invoices")
    for words in ("$50.00 disputed", "Promised for", "Payment on"):
        assert words in buyer.text, words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=7731", ["a"]),
        ("q=mill", ["a"]),
        ("q=CP-2", ["b"]),
        ("po=77", ["a"]),
        ("job=quay", ["b"]),
        ("q=no+such", []),
        ("q=%25", []),
        ("from={old}&to={old}", ["b"]),
        ("from={new}", ["a"]),
        ("q=7731&job=quay", []),
    ],
)
def test_filters(buyer: PageClient, customer: Customer, query: str, found: list[str]) -> None:
    made = {
        "a": customer.invoice(0, po_number="7731", job_name="Mill Lane 12"),
        "b": customer.invoice(9, order_number="CP-2", job_name="Quay Street"),
    }
    query = query.format(old=today() - timedelta(days=9), new=today())
    buyer.get(f"/invoices?{query}")
    if found:
        assert numbers(buyer) == [made[name].number for name in found]
    else:
        assert "No invoice matches" in buyer.text
    buyer.get(f"/invoices?status=all&q={made['a'].number.lower()}")
    assert numbers(buyer) == [made["a"].number]


def test_a_wrong_date_is_said_at_its_field(buyer: PageClient) -> None:
    buyer.get("/invoices?from=yesterday&to=2026-13-01", status=422)
    assert "Write the date as year-month-day" in buyer.text
    buyer.get("/invoices?from=2026-05-02&to=2026-05-01", status=422)
    assert "This is before the first date." in buyer.text
    assert 'value="2026-05-02"' in buyer.body
    buyer.get("/invoices.csv?from=soon", status=422)


@pytest.mark.parametrize("status", ["open", "overdue", "paid", "memos", "all", "nonsense"])
def test_every_list_says_what_is_missing(buyer: PageClient, status: str) -> None:
    buyer.get(f"/invoices?status={status}")
    assert any(words in buyer.text for words in ("Nothing", "No credit memos", "No invoices yet"))


def test_pages_follow_each_other(buyer: PageClient, customer: Customer) -> None:
    made = [customer.invoice(60 - n).number for n in range(27)]
    buyer.get("/invoices")
    assert numbers(buyer) == made[:25]
    assert buyer.page is not None
    onward = next(a.get("href") for a in buyer.page.iter("a") if a.get("rel") == "next")
    buyer.get(str(onward))
    assert numbers(buyer) == made[25:]
    back = next(a.get("href") for a in buyer.page.iter("a") if a.get("rel") == "prev")
    buyer.get(str(back))
    assert numbers(buyer) == made[:25]
    for cursor in ("nonsense", "W10", "WyJ4IiwxXQ", "WyIyMDI2LTAxLTAxIiwgLTFd"):
        buyer.get(f"/invoices?after={cursor}")
        buyer.get(f"/payments?after={cursor}")


def test_csv_of_what_is_filtered_of_all_and_of_what_was_ticked(buyer: PageClient, customer: Customer) -> None:
    late, fresh = customer.invoice(42, net=10_000, tax=800), customer.invoice()
    paid = customer.invoice(5)
    pay_offline(customer.session, customer.company, 10_000, paid)
    memo = customer.invoice(net=-500)
    foreign = make_invoice(customer.session, customer.build.company())

    def ordered(query: str) -> list[str]:
        return [row["Number"] for row in rows_of(buyer, f"/invoices.csv?{query}")]

    assert ordered("") == [late.number, fresh.number]
    assert ordered("status=overdue") == [late.number]
    assert ordered("status=all") == [memo.number, fresh.number, paid.number, late.number]
    ticked = f"invoice={paid.number}&invoice={late.number}&invoice={foreign.number}&status=open"
    assert ordered(ticked) == [paid.number, late.number]
    row = rows_of(buyer, "/invoices.csv?status=overdue")[0]
    assert (row["Net"], row["Tax"], row["Total"], row["Open"], row["Currency"]) == (
        "100.00",
        "8.00",
        "108.00",
        "108.00",
        "USD",
    )
    assert row["Standing"] == "12 days overdue"


def test_no_cell_of_a_csv_is_a_formula(buyer: PageClient, customer: Customer) -> None:
    for n, words in enumerate(("=1+1", "+1", "-1", "@sum", "\t=1", " =1", "＝1")):
        customer.invoice(n, po_number=words, job_name=words, order_number=words)
    for row in rows_of(buyer, "/invoices.csv?status=all"):
        for name in ("PO number", "Job", "Order"):
            assert row[name].startswith("'"), row


def test_a_file_of_many_is_read_in_pieces(
    buyer: PageClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.billing.invoices.views.invoices.PIECE", 3)
    made = {customer.invoice(n).number for n in range(8)}
    found = [row["Number"] for row in rows_of(buyer, "/invoices.csv")]
    assert len(found) == 8
    assert set(found) == made


def test_ticks_lead_to_paying(buyer: PageClient, customer: Customer) -> None:
    first, second = customer.invoice(3, net=30_000), customer.invoice(2)
    make_attempt(customer.session, customer.company, {first: 10_000}, state="open")
    buyer.get("/invoices")
    assert buyer.page is not None
    form = next(form for form in buyer.page.iter("form") if form.get("data-pick-total"))
    assert form.get("action") == "/payments/new"
    ticks = {box.get("value"): box.get("data-minor") for box in form.iter("input") if box.get("name")}
    assert ticks == {first.number: "20000", second.number: "10000"}
    buyer.get(f"/payments/new?invoice={first.number}&invoice={second.number}")
    assert first.number in buyer.text
    assert second.number in buyer.text


@pytest.mark.parametrize("path", ["/invoices", "/account/billing", "/payments"])
def test_budgets(buyer: PageClient, customer: Customer, statements: Statements, path: str) -> None:
    """The same statements for one invoice and for thirty with everything on them."""
    counts = []
    for many in (1, 29):
        for n in range(many):
            invoice = customer.invoice(n, net=1_000, job_name=f"Job {n}")
            pay_offline(customer.session, customer.company, 100, invoice)
            make_attempt(customer.session, customer.company, {invoice: 10}, state="processing")
        with statements() as heard:
            buyer.get(path)
        counts.append(len(heard))
    assert counts[0] == counts[1], counts
    assert counts[0] <= {"/invoices": 6, "/payments": 6, "/account/billing": 9}[path], heard
