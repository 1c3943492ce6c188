"""The account of a company and its payments, as its people see them."""

from __future__ import annotations

from datetime import date

from tests.invoices import make_attempt, pay_offline
from tests.page import PageClient
from tests.pages.billing.documents.customer import Customer, rows_of


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
