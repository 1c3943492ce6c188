"""What people can type, upload and send where money is concerned: amounts, days, names, files, addresses."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.foundation.secrets.handles import handle
from tests.builders import today
from tests.invoices import TODAY
from tests.page import PageClient
from tests.pages.billing.test_attacks import riches
from tests.paying import Till

KEY = "k" * 30
NO_AMOUNTS = (
    "-1",
    "0",
    "1e3",
    "NaN",
    "Infinity",
    "\u0661\u0662",
    "\uff11\uff10",
    "1_000",
    "0x10",
    "9" * 5000,
    "1,2,3",
    "+5",
    "=1+1",
    "$",
    " ",
    "1.005",
    "500.01",
)
NO_DAYS = (
    "",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "99999-01-01",
    "1-1-1",
    "today",
    "\u0661",
    "2026-13-01",
)


@pytest.fixture
def payer(paying_app: Flask, till: Till) -> PageClient:
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    return client


@pytest.fixture
def clerk(paying_app: Flask, till: Till) -> PageClient:
    client = PageClient(paying_app)
    client.sign_in(till.build.user(kind="admin").email)
    return client


def nothing_moved(till: Till, invoice: Invoice, attempts: int = 2, payments: int = 1) -> None:
    with till.sessions() as session:
        assert session.query(PaymentAttempt).count() == attempts
        assert session.query(Payment).count() == payments
        assert session.get_one(Invoice, invoice.id).open_minor == invoice.open_minor


@pytest.mark.slow
def test_amounts_that_are_none(payer: PageClient, clerk: PageClient, till: Till) -> None:
    """Every field for an amount: a sentence beside it (422), never an error of ours, and nothing moves."""
    ours = riches(till.build, till.company, "ours")
    invoice, code, day = ours.invoice, till.company.code, today().isoformat()
    field = f"amount_{handle('document', invoice.id)}"
    for amount in NO_AMOUNTS:
        for path, form in (
            (
                "/payments",
                {"invoice": invoice.number, f"amount_{invoice.number}": amount, "method": "card", "key": KEY},
            ),
            (
                "/payments",
                {"invoice": invoice.number, f"amount_{invoice.number}": amount, "update": "1", "key": KEY},
            ),
            (f"/credits/cash-{handle('credit', ours.cash.id)}/applications", {"key": KEY, field: amount}),
            (f"/credits/memo-{handle('credit', ours.memo.id)}/applications", {"key": KEY, field: amount}),
            (f"/invoices/{invoice.number}/disputes", {"amount": amount, "reason": "price"}),
            (
                "/scheduled-payments",
                {"invoice": invoice.number, f"amount_{invoice.number}": amount, "run_on": day},
            ),
        ):
            answer = payer.post(path, form, status=None)
            assert answer.status_code in (200, 422), (path, amount, answer.status_code)
            assert answer.status_code == 422 or form.get("update"), (path, amount)
        for path, form in (
            (
                f"/customers/{code}/payments",
                {"kind": "cash", "amount": amount, "received_on": day, "key": KEY},
            ),
            (
                f"/customers/{code}/payments",
                {"kind": "cash", "amount": "1", field: amount, "received_on": day, "key": KEY},
            ),
            (
                f"/customers/{code}/credit-memos",
                {"amount": amount, "reason": "x", "invoice": invoice.number, "token": KEY},
            ),
            (
                f"/billing/payments/{ours.cash.number}/refunds",
                {"amount": amount, "reason": "because", "key": KEY, "agreed": "y"},
            ),
            (
                f"/customers/{code}/credits/cash-{handle('credit', ours.cash.id)}/applications",
                {"key": KEY, field: amount},
            ),
        ):
            answer = clerk.post(path, form, status=None)
            assert answer.status_code == 422, (path, amount, answer.status_code)
    nothing_moved(till, invoice)


def test_amounts_as_people_write_them(payer: PageClient, till: Till) -> None:
    """$1,234.50 in the ways of the trade; what could be read in two ways is not guessed."""
    invoice = till.invoice(200_000)
    for typed, words in (
        ("1,234.50", "$1,234.50"),
        ("1234.5", "$1,234.50"),
        ("$1,234.50", "$1,234.50"),
        ("1.234,50", "$1,234.50"),
        ("1234,5", "$1,234.50"),
        ("1,234", "$1,234.00"),
    ):
        payer.post(
            "/payments",
            {"invoice": invoice.number, f"amount_{invoice.number}": typed, "update": "1"},
            status=200,
        )
        assert words in payer.text, typed


def test_days_that_are_none(payer: PageClient, clerk: PageClient, till: Till) -> None:
    ours = riches(till.build, till.company, "ours")
    number, code = ours.invoice.number, till.company.code
    for day in NO_DAYS:
        for path, form in (
            (f"/invoices/{number}/promises", {"promised_on": day}),
            (
                "/scheduled-payments",
                {"invoice": number, "method": handle("method", ours.method.id), "run_on": day},
            ),
        ):
            assert payer.post(path, form, status=None).status_code == 422, (path, day)
        form = {"kind": "cash", "amount": "1", "received_on": day or "x", "key": KEY}
        assert clerk.post(f"/customers/{code}/payments", form, status=None).status_code == 422, day
    nothing_moved(till, ours.invoice)


QUERIES = (
    "after=x",
    "before=%00",
    "after=" + "9" * 300,
    "after=2026-01-01,9999999999999999999999",
    "status=no",
    "from=x",
    "to=9999-12-31",
    "from=0001-01-01",
    "q=%25_%5C",
    "q=" + "a" * 3000,
    "invoice=x&invoice=y",
)
MONTHS = (
    "0000-00",
    "9999-12",
    "2026-13",
    "x",
    "2026-1",
    "\u0662\u0660\u0662\u0666-\u0660\u0665",
    "2026-05-01",
    "0001-01",
)


def test_months_and_pages_that_are_none(payer: PageClient, till: Till) -> None:
    till.invoice(100)
    for month in MONTHS:
        for path in (
            f"/statements/{month}",
            f"/statements/{month}.pdf",
            f"/statements/{month}.csv",
            f"/statements/{month}/links",
        ):
            assert payer.http.get(path).status_code in (200, 302, 404), path
        answer = payer.post(f"/statements/{month}/links", {"days": "14"}, status=None)
        assert answer.status_code in (404, 422, 200), month
    for query in (
        "page=0",
        "page=99999999999",
        "page=\u0661",
        "currency=xyz",
        "currency=ZZZ",
        "currency='",
        "page=-1",
    ):
        assert payer.http.get(f"/statements/{TODAY:%Y-%m}?{query}").status_code in (200, 404), query
    for path in ("/invoices", "/invoices.csv", "/payments", "/payments.csv"):
        for query in QUERIES:
            assert payer.http.get(f"{path}?{query}").status_code in (200, 302, 400, 404, 422), (path, query)
