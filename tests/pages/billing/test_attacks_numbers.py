"""Numbers of money under load and in odd currencies: the same everywhere, and no statement more for more rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Company
from portal.billing.disputes.use_cases.disputes import open_dispute
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.foundation.actor import SYSTEM
from portal.foundation.clock import utcnow
from portal.foundation.postgres.statements import counted
from portal.foundation.secrets.handles import handle
from portal.foundation.tokens import new_token, token_hash
from tests.builders import Build
from tests.invoices import TODAY, apply_memo, make_attempt, make_invoice, pay_offline
from tests.page import PageClient
from tests.paying import Till
from tests.reading.pdf_text import words


def visitor(app: Flask, email: str) -> PageClient:
    client = PageClient(app)
    client.sign_in(email)
    return client


# currency, minor units of an invoice, what Stripe takes, as the page, the paper and the file write it
MONEY = (
    ("JPY", 123_457, 123_457, "¥123,457", "123457"),
    ("KWD", 1_234_560, 1_234_560, "1,234.560", "1234.560"),
    ("EUR", 123_457, 123_457, "1,234.57", "1234.57"),
)


@pytest.mark.parametrize(("currency", "minor", "charged", "shown", "cell"), MONEY)
def test_every_currency_is_one_number(
    paying_app: Flask, till: Till, currency: str, minor: int, charged: int, shown: str, cell: str
) -> None:
    """Page, paper, file, statement, Stripe and books, with none, two and three decimals."""
    build = till.build
    build.price_list(f"L{currency}", currency)
    company = build.company("Abroad", currency=currency)
    admin = build.user(company, "company_admin")
    invoice = make_invoice(build.session, company, net=minor)
    client = visitor(paying_app, admin.email)
    month = f"{TODAY:%Y-%m}"
    for path in (
        "/invoices",
        f"/invoices/{invoice.number}",
        f"/payments/new?invoice={invoice.number}",
        "/account/billing",
        f"/statements/{month}",
        "/",
    ):
        client.get(path)
        assert shown in client.text, (path, client.text[:3000])
    for path in (f"/invoices/{invoice.number}.pdf", f"/statements/{month}.pdf"):
        assert shown in words(client.http.get(path).data), path
    for path in ("/invoices.csv", f"/statements/{month}.csv"):
        assert cell in client.http.get(path).get_data(as_text=True).replace(",", " ").split(), path
    form = {"invoice": invoice.number, "method": "card", "key": "k" * 30, f"amount_{invoice.number}": cell}
    url = client.post("/payments", form, status=303).headers["Location"]
    with till.sessions() as session:
        attempt = session.scalars(select(PaymentAttempt)).one()
    till.by_card(url)
    assert till.sync(attempt).state == "succeeded"
    assert [each.amount for each in till.charges()] == [charged]
    assert till.opens(invoice) == [0]
    client.get(f"/payments/{attempt.token}")
    assert shown in client.text
    client.get("/payments")
    assert shown in client.text


def test_what_stripe_cannot_take_is_said_and_not_rounded(paying_app: Flask, till: Till) -> None:
    build = till.build
    build.price_list("LKWD", "KWD")
    company = build.company("Kuwait", currency="KWD")
    admin = build.user(company, "company_admin")
    invoice = make_invoice(build.session, company, net=12_345)
    client = visitor(paying_app, admin.email)
    form = {"invoice": invoice.number, "method": "card", "key": "k" * 30}
    client.post("/payments", form, status=422)
    assert "fewer decimals" in client.text
    client.post(
        "/payments",
        {**form, f"amount_{invoice.number}": "12.340", f"reason_{invoice.number}": "later"},
        status=303,
    )
    with till.sessions() as session:
        assert session.scalars(select(PaymentAttempt.amount_minor)).all() == [12_340]


def more(build: Build, company: Company, many: int) -> None:
    """So many of everything."""
    session, now = build.session, utcnow()
    for n in range(many):
        bill, paid = (
            make_invoice(session, company, net=5_000, lines=2),
            make_invoice(session, company, net=100),
        )
        pay_offline(session, company, 100, paid, reference=str(n))
        pay_offline(session, company, 50, reference=str(n))
        memo = make_invoice(session, company, net=-70)
        apply_memo(session, memo, bill, 10)
        open_dispute(session, bill, 10, "price", "", SYSTEM, now)
        session.add(
            PaymentPromise(invoice_id=bill.id, company_id=company.id, promised_on=now.date(), made_at=now)
        )
        method = SavedMethod(
            company_id=company.id,
            stripe_method_id=new_token(),
            kind="card",
            brand="Visa",
            last4="4242",
            saved_at=now,
        )
        link = PayLink(
            company_id=company.id,
            token_hash=token_hash(new_token()),
            kind="invoice",
            title=bill.number,
            created_at=now,
            expires_at=now + timedelta(days=9),
        )
        session.add_all([method, link])
        session.flush()
        session.add(PayLinkInvoice(pay_link_id=link.id, invoice_id=bill.id, company_id=company.id))
        make_attempt(session, company, {bill: 10}, state="failed", at=now)
        make_attempt(
            session,
            company,
            {bill: 10},
            state="scheduled",
            via="schedule",
            run_on=now.date() + timedelta(days=3),
            saved_method_id=method.id,
        )
    session.commit()


def test_no_page_asks_more_for_more_rows(paying_app: Flask, till: Till) -> None:
    """Every new page, the customer's and ours: two of everything or fourteen, the same statements."""
    build, company = till.build, till.company
    more(build, company, 2)
    session = build.session
    first = make_invoice(session, company, net=9_000)
    payment = pay_offline(session, company, 90, reference="x")
    clerk, payer = visitor(paying_app, build.user(kind="admin").email), visitor(paying_app, till.user.email)
    code, month, number = company.code, f"{TODAY:%Y-%m}", first.number
    mine = [
        "/",
        "/invoices",
        "/invoices?status=all",
        "/invoices.csv?status=all",
        f"/invoices/{number}",
        "/payments",
        "/payments.csv",
        "/account/billing",
        "/statements",
        f"/statements/{month}",
        f"/statements/{month}.csv",
        "/credits",
        f"/credits/cash-{handle('credit', payment.id)}",
        "/payment-methods",
        "/autopay",
        "/scheduled-payments",
        "/payment-links",
        f"/invoices/{number}/links",
        "/tax-exemptions",
        f"/invoices/{number}/disputes",
        "/reminders",
    ]
    ours = [
        f"/customers/{code}/billing",
        f"/customers/{code}/payments",
        "/billing",
        f"/billing/payments/{payment.number}",
        f"/billing/invoices/{number}",
        f"/customers/{code}/statements/{month}",
        "/billing/reconciliation",
        f"/customers/{code}/credits/cash-{handle('credit', payment.id)}",
        f"/customers/{code}",
    ]

    def statements() -> dict[str, int]:
        found = {}
        for client, paths in ((payer, mine), (clerk, ours)):
            for path in paths:
                client.http.get(path).close()
                with counted() as heard:
                    client.http.get(path).close()
                found[path] = len(heard)
        return found

    before = statements()
    more(build, company, 12)
    grown = {path: (before[path], count) for path, count in statements().items() if count > before[path]}
    assert grown == {}


def test_two_hundred_lines_and_a_hundred_invoices(paying_app: Flask, till: Till) -> None:
    """The largest documents: pages, paper, paying, crediting; to the cent, and without a statement for each."""
    build = till.build
    long = make_invoice(build.session, till.company, net=200_001, tax=17_777, lines=200)
    client = visitor(paying_app, till.user.email)
    with counted() as heard:
        client.http.get(f"/invoices/{long.number}").close()
    assert len(heard) < 25
    assert "$2,177.78" in words(client.http.get(f"/invoices/{long.number}.pdf").data)
    bills = [long, *(make_invoice(build.session, till.company, net=101) for _ in range(99))]
    numbers = [each.number for each in bills]
    with counted() as heard:
        url = client.post(
            "/payments", {"invoice": numbers, "method": "card", "key": "k" * 30}, status=303
        ).headers["Location"]
    assert len(heard) < 30, len(heard)
    till.by_card(url)
    with till.sessions() as session:
        attempt = session.scalars(select(PaymentAttempt)).one()
    with counted() as heard:
        till.sync(attempt)
    assert len(heard) < 150, len(heard)
    assert set(till.opens(*bills)) == {0}
    assert [each.amount for each in till.charges()] == [217_778 + 99 * 101]
    till.check_books()
    one_more = make_invoice(build.session, till.company, net=1)
    client.post("/payments", {"invoice": [*numbers, one_more.number], "method": "card"}, status=None)
    assert till.opens(one_more) == [1]
