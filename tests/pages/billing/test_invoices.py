"""What a company owes, as its people see it: the list, one document, the account, payments."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.billing.invoices.use_cases.issue import Line
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build, today
from tests.invoices import apply_memo, make_attempt, make_invoice, pay_offline
from tests.page import PageClient

Statements = Callable[[], AbstractContextManager[list[str]]]


@dataclass
class Customer:
    session: Session
    build: Build
    company: Company
    buyer: User

    def invoice(self, age: int = 0, **fields: object) -> Invoice:
        return make_invoice(self.session, self.company, on=today() - timedelta(days=age), **fields)  # type: ignore[arg-type]


@pytest.fixture
def customer(session: Session, build: Build) -> Customer:
    company = build.company("Harbor Painting", terms_days=30)
    return Customer(session, build, company, build.user(company, name="Dana Ortiz"))


@pytest.fixture
def buyer(client: PageClient, customer: Customer) -> PageClient:
    client.sign_in(customer.buyer.email)
    return client


def file_of(client: PageClient, path: str) -> str:
    answer = client.http.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return answer.get_data(as_text=True).removeprefix("\ufeff")


def rows_of(client: PageClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file_of(client, path))))


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


def test_the_account_at_a_glance(buyer: PageClient, customer: Customer) -> None:
    for age in (0, 45, 70, 95, 130):
        customer.invoice(age, net=10_000 + age, job_name="Mill Lane 12" if age < 50 else "")
    customer.invoice(3, net=-1_000)
    pay_offline(customer.session, customer.company, 5_000)
    buyer.get("/account/billing")
    for words in (
        "Not due yet",
        "1–30 days",
        "31–60 days",
        "61–90 days",
        "Over 90 days",
        "Together",
        "$503.40",
        "Credit to use",
        "Money on account",
        "Bought by month",
        "Bought by job",
        "Mill Lane 12",
        "No job",
        "Credit",
        "Cheque",
    ):
        assert words in buyer.text, words
    assert buyer.page is not None
    charts = [
        svg
        for svg in buyer.page.iter("{http://www.w3.org/2000/svg}svg")
        if "chart" in (svg.get("class") or "")
    ]
    assert len(charts) == 3
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in charts)


def test_an_account_without_anything(buyer: PageClient) -> None:
    buyer.get("/account/billing")
    for words in ("Nothing is open", "Nothing was invoiced", "No payments yet", "Nothing to pay"):
        assert words in buyer.text, words
    buyer.get("/payments")
    assert "No payments yet" in buyer.text


def test_payments_that_came_failed_and_are_on_their_way(buyer: PageClient, customer: Customer) -> None:
    invoices = [customer.invoice(n, net=1_000) for n in range(6)]
    payment = pay_offline(
        customer.session, customer.company, 7_000, dict.fromkeys(invoices, 1_000), reference="=CHEQUE()"
    )
    make_attempt(
        customer.session, customer.company, {invoices[0]: 700}, state="failed", failure_words="Declined"
    )
    make_attempt(customer.session, customer.company, {invoices[1]: 800}, state="processing")
    buyer.get("/payments")
    for words in (
        f"Payment {payment.number}",
        "$70.00",
        "$10.00 not applied yet",
        "and 2 more",
        "Failed payment",
        "Declined",
        "On its way",
        "$8.00",
    ):
        assert words in buyer.text, words
    found = rows_of(buyer, "/payments.csv")
    assert {row["What"] for row in found} == {"Payment", "Failed payment"}
    paid = next(row for row in found if row["What"] == "Payment")
    assert paid["Amount"] == "70.00"
    assert paid["Reference"] == "'=CHEQUE()"
    assert paid["Invoices"].split() == sorted(each.number for each in invoices)
    assert next(row for row in found if row["What"] == "Failed payment")["Amount"] == ""


def test_payments_page_by_page(buyer: PageClient, customer: Customer) -> None:
    made = [pay_offline(customer.session, customer.company, 100 + n, on=date(2026, 1, 1)) for n in range(27)]
    seen: list[str] = []
    path: str | None = "/payments"
    while path:
        buyer.get(path)
        assert buyer.page is not None
        seen += [word for word in buyer.text.split() if word.startswith("PAY-")]
        path = next((a.get("href") for a in buyer.page.iter("a") if a.get("rel") == "next"), None)
    assert sorted(seen) == sorted(each.number for each in made)
