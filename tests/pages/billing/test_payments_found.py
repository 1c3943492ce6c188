"""Payments are found by whatever a caller has: number, reference, amount, last four digits, the payer's e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal.accounts.models import Company
from portal.billing.models.payments import Payment
from tests.builders import Build
from tests.invoices import TODAY, pay_offline
from tests.page import PageClient
from tests.paying import Till


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def cheque(build: Build, company: Company) -> Payment:
    pay_offline(build.session, build.company("Other Painting"), 777, reference="9")
    return pay_offline(
        build.session, company, 123_450, reference="00-1007", method_words="Cheque 00-1007", kind="cheque"
    )


@pytest.mark.parametrize(
    "typed", ["{number}", "pay{digits}", "1007", "00-1007", "1,234.50", "$1234.5", "1.234,50"]
)
def test_staff_find_it_in_the_look_up_and_in_the_list(
    client: PageClient, build: Build, cheque: Payment, typed: str
) -> None:
    """Seen failing with "Nothing fits" for all of them."""
    text = typed.format(number=cheque.number, digits=cheque.number.removeprefix("PAY-"))
    client.sign_in(build.user(kind="admin").email)
    answer = client.get("/lookup", query_string={"q": text}, status=302)
    assert answer.headers["Location"] == f"/billing/payments/{cheque.number}"
    client.get("/billing/payments", query_string={"q": text})
    assert cheque.number in client.text
    assert "Other Painting" not in client.text


def test_a_number_from_elsewhere(client: PageClient, build: Build, company: Company) -> None:
    """Seen failing with numbers of our own alone: imported payments keep theirs."""
    pay_offline(build.session, company, 500, number="M-22475")
    client.sign_in(build.user(kind="admin").email)
    for typed in ("M-22475", "m-22475 "):
        answer = client.get("/lookup", query_string={"q": typed}, status=302)
        assert answer.headers["Location"] == "/billing/payments/M-22475"
        client.get("/billing/payments", query_string={"q": typed})
        assert "M-22475" in client.text


def test_by_card_and_by_payer(till: Till, paying_app: Flask, build: Build) -> None:
    till.paid(till.invoice(10_000))
    payment = till.payments()[0]
    admin = PageClient(paying_app)
    admin.sign_in(build.user(kind="admin").email)
    for text in ("4242", till.user.email):
        admin.get("/billing/payments", query_string={"q": text})
        assert payment.number in admin.text
        assert till.user.email in admin.text
        admin.get("/lookup", query_string={"q": text}, status=None)
    admin.get("/lookup?q=4242", status=302)
    admin.get("/billing/payments?q=4243")
    assert "No payment fits" in admin.text


def test_who_may_not_administer_finds_only_what_they_see(
    client: PageClient, build: Build, company: Company, cheque: Payment
) -> None:
    """Seen failing with amounts found by everybody, and with companies out of a rep's sight."""
    client.sign_in(build.rep(company).email)
    answer = client.get(f"/lookup?q={cheque.number}", status=302)
    assert answer.headers["Location"] == f"/customers/{company.code}/billing"
    client.get("/lookup?q=1234.50")
    assert "Nothing fits" in client.text
    client.get("/billing/payments", status=403)
    client.post("/sign-out")
    client.sign_in(build.rep(build.company()).email)
    client.get(f"/lookup?q={cheque.number}")
    assert "Nothing fits" in client.text


def test_filters_and_pages(client: PageClient, build: Build, company: Company) -> None:
    old = pay_offline(build.session, company, 100, on=TODAY - timedelta(days=40), kind="transfer")
    many = [pay_offline(build.session, company, 200 + n) for n in range(26)]
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/customers/{company.code}/payments")
    assert 'name="customer"' in client.body
    path = f"/billing/payments?customer={company.code}"
    client.get(path)
    assert many[-1].number in client.text
    assert many[0].number not in client.text
    onward = next(a.get("href") for a in client.page.iter("a") if a.get("rel") == "next")  # type: ignore[union-attr]
    client.get(str(onward))
    assert (many[0].number in client.text, old.number in client.text) == (True, True)
    client.get(f"{path}&kind=transfer")
    assert (old.number in client.text, many[-1].number in client.text) == (True, False)
    client.get(f"{path}&to={TODAY - timedelta(days=1):%Y-%m-%d}")
    assert (old.number in client.text, many[-1].number in client.text) == (True, False)
    client.get(f"{path}&from=soon", status=422)
    assert "Write the date as year-month-day" in client.text
    client.get(f"{path}&after=nonsense&kind=unknown")
    client.get("/billing/payments?customer=NOBODY", status=404)
