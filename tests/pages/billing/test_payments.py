"""The pages about payments: choosing, going to Stripe and returning, with the sandbox's Stripe behind them."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.payments.use_cases import refresh
from tests.builders import Build
from tests.invoices import pay_offline
from tests.page import PageClient
from tests.paying import ACCOUNT, BOUNCING, DECLINED, Till
from tests.placing import together
from tests.sandbox.stripe.standing import until


@pytest.fixture
def buyer(paying_app: Flask, till: Till) -> PageClient:
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    return client


def form_for(buyer: PageClient, *bills: Invoice, **fields: str) -> dict[str, Any]:
    """The pay page's form as it comes, with some fields changed."""
    buyer.get("/payments/new?" + "&".join(f"invoice={bill.number}" for bill in bills))
    assert buyer.page is not None
    form = next(f for f in buyer.page.iter("form") if f.get("id") == "pay")
    found: dict[str, Any] = {"invoice": [bill.number for bill in bills]}
    for field in form.iter("input"):
        if field.get("type") in ("hidden", "text") and field.get("name") != "invoice":
            found[field.get("name", "")] = field.get("value") or ""
    return {**found, "method": "card", **fields}


def go(buyer: PageClient, form: dict[str, Any]) -> str:
    """Press "Go to payment"; the address of Stripe's page."""
    return buyer.post("/payments", form, status=303).headers["Location"]


def status_page(till: Till) -> str:
    """The newest attempt's page, as Stripe sends the payer back to it."""
    (session,) = till.client.v1.checkout.sessions.list({"limit": 1}).data
    return urlsplit(session.success_url).path


def test_pays_three_invoices_with_different_amounts(buyer: PageClient, till: Till) -> None:
    """Page, Stripe and books say the same number."""
    bills = [till.invoice(net) for net in (12_500, 3_333, 70_001)]
    form = form_for(buyer, *bills)
    assert "$858.34" in buyer.text
    assert "Test payments" in buyer.text
    short = {f"amount_{bills[2].number}": "500,00", f"reason_{bills[2].number}": "damaged"}
    url = go(buyer, {**form, **short, f"note_{bills[2].number}": "Two cans were open"})
    assert url.startswith(till.sandbox.url)
    till.by_card(url)
    buyer.get(status_page(till))
    assert "Paid: $658.33" in buyer.text
    assert "$200.01 still open" in buyer.text
    assert "Visa ending 4242" in buyer.text
    assert till.opens(*bills) == [0, 0, 20_001]
    assert till.charges()[0].amount == 65_833
    with till.sessions() as session:
        dispute = session.query(InvoiceDispute).one()
    assert (dispute.amount_minor, dispute.reason, dispute.note) == (20_001, "damaged", "Two cans were open")
    till.check_books()


def test_a_short_payment_wants_a_reason_beside_its_field(buyer: PageClient, till: Till) -> None:
    bill = till.invoice(10_000)
    form = form_for(buyer, bill, **{f"amount_{bill.number}": "60"})
    buyer.post("/payments", form, status=422)
    assert "$40.00 of" in buyer.text
    assert "Say why" in buyer.text
    assert 'value="60"' in buyer.body
    assert not till.client.v1.checkout.sessions.list().data


@pytest.mark.parametrize("typed", ["", "x", "-5", "0", "100.001", "200", "1e9", "9" * 30])
def test_a_wrong_amount_is_said_beside_its_field_and_nothing_is_lost(
    buyer: PageClient, till: Till, typed: str
) -> None:
    bill = till.invoice(10_000)
    buyer.post("/payments", form_for(buyer, bill, **{f"amount_{bill.number}": typed}), status=422)
    assert f'id="amount_{bill.number}-error"' in buyer.body
    assert f'value="{typed}"' in buyer.body


def test_the_total_updates_without_scripts(buyer: PageClient, till: Till) -> None:
    bill = till.invoice(10_000)
    form = form_for(
        buyer, bill, update="1", **{f"amount_{bill.number}": "25", f"reason_{bill.number}": "later"}
    )
    buyer.post("/payments", form, status=200)
    assert "To pay $25.00" in buyer.text
    assert not till.client.v1.checkout.sessions.list().data


def test_an_amount_counts_before_its_reason_is_chosen(buyer: PageClient, till: Till) -> None:
    """No error before the form is sent, and the total is that of the amounts on the page."""
    bill = till.invoice(10_000)
    buyer.post("/payments", form_for(buyer, bill, update="1", **{f"amount_{bill.number}": "25"}), status=200)
    assert "To pay $25.00" in buyer.text
    assert "Why less than what is open?" in buyer.text
    assert "Say why" not in buyer.text


def test_what_is_paid_meanwhile_is_left_out(buyer: PageClient, till: Till) -> None:
    """A link of yesterday names two invoices, of which one has been paid since."""
    bill, paid, memo = till.invoice(10_000), till.invoice(5_000), till.invoice(-2_000)
    pay_offline(till.build.session, till.company, 5_000, paid)
    old = f"/payments/new?invoice={paid.number}&invoice={bill.number}&invoice={memo.number}"
    buyer.follow(buyer.get(old, status=302))
    assert f"{paid.number} is paid already." in buyer.text
    assert "To pay $80.00" in buyer.text
    buyer.follow(buyer.get(f"/payments/new?invoice={paid.number}", status=302))
    assert "Pay ticked" in buyer.text


def test_memos_that_cover_everything_are_used_at_once(buyer: PageClient, till: Till) -> None:
    bill, memo = till.invoice(10_000), till.invoice(-12_000)
    form = form_for(buyer, bill, memo=memo.number)
    answer = buyer.post("/payments", form, status=303)
    buyer.follow(answer)
    assert "Settled with credit memos" in buyer.text
    assert till.opens(bill, memo) == [0, -2_000]
    assert not till.client.v1.checkout.sessions.list().data


def test_a_memo_makes_the_payment_smaller(buyer: PageClient, till: Till) -> None:
    bill, memo = till.invoice(10_000), till.invoice(-2_500)
    till.by_card(go(buyer, form_for(buyer, bill, memo=memo.number)))
    buyer.get(status_page(till))
    assert "Paid: $75.00" in buyer.text
    assert till.opens(bill, memo) == [0, 0]
    till.check_books()


def test_a_declined_card_and_then_a_good_one(buyer: PageClient, till: Till) -> None:
    bill = till.invoice(10_000)
    url = go(buyer, form_for(buyer, bill))
    till.by_card(url, DECLINED)
    buyer.get(status_page(till))
    assert "The last try did not go through" in buyer.text
    assert "Continue to payment" in buyer.text
    till.by_card(url)
    till.later()
    buyer.get(status_page(till))
    assert "Paid: $100.00" in buyer.text
    assert len(till.charges()) == 1


def test_a_bank_debit_is_on_its_way_for_days_and_may_come_back(buyer: PageClient, till: Till) -> None:
    good, bad = till.invoice(10_000), till.invoice(20_000)
    till.by_bank(go(buyer, form_for(buyer, good, method="us_bank_account")), ACCOUNT)
    first = status_page(till)
    buyer.get(first)
    assert "On its way: $100.00" in buyer.text
    till.by_bank(go(buyer, form_for(buyer, bad, method="us_bank_account")), BOUNCING)
    second = status_page(till)
    buyer.get(second)
    buyer.get(f"/payments/new?invoice={bad.number}")
    assert "is under way" in buyer.text
    till.sandbox.control("advance", days=5)
    till.later()
    buyer.get(first)
    assert "Paid: $100.00" in buyer.text
    buyer.get(second)
    assert "The payment did not go through" in buyer.text
    assert "Try again" in buyer.text
    assert till.opens(good, bad) == [0, 20_000]
    go(buyer, form_for(buyer, bad))  # what the debit had spoken for is free again


def test_giving_up_closes_the_page_at_stripe(buyer: PageClient, till: Till) -> None:
    bill = till.invoice(10_000)
    url = go(buyer, form_for(buyer, bill))
    here = status_page(till)
    buyer.follow(buyer.post(f"{here}/cancellation", status=303))
    assert "Cancelled" in buyer.text
    assert "expired" in till.browser.get(url).text.lower()
    assert "Try again" in buyer.text
    go(buyer, form_for(buyer, bill))


def test_the_same_form_sent_twice_is_one_payment(buyer: PageClient, till: Till) -> None:
    bill = till.invoice(10_000)
    form = form_for(buyer, bill)
    assert go(buyer, form) == go(buyer, form)
    assert len(till.client.v1.checkout.sessions.list().data) == 1


def test_a_second_payer_is_told_to_continue_or_cancel(buyer: PageClient, till: Till) -> None:
    bill = till.invoice(10_000)
    form, other = form_for(buyer, bill), form_for(buyer, bill)
    go(buyer, form)
    buyer.post("/payments", other, status=422)
    assert "under way: continue it or cancel it" in buyer.text
    assert "Continue or cancel it" in buyer.text


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("error_500", {}),
        ("rate_limit", {}),
        ("html", {"acted": True}),
        ("broken_json", {}),
        ("lose_answer", {}),
        ("cut_before", {}),
    ],
)
def test_stripe_down_or_talking_nonsense_is_said_and_charges_once(
    buyer: PageClient, till: Till, kind: str, options: dict[str, Any]
) -> None:
    bill = till.invoice(10_000)
    form = form_for(buyer, bill)
    till.sandbox.fault(kind, match="* /v1/*", times=2, **options)
    here = go(buyer, form)
    assert here.startswith("/payments/")
    _wake(buyer)
    buyer.get(here)
    assert "We are asking Stripe" in buyer.text
    assert "Nothing is charged twice" in buyer.text
    buyer.get("/invoices")
    till.later()
    _wake(buyer)
    buyer.get(here)
    assert "Continue to payment" in buyer.text
    assert len(till.client.v1.checkout.sessions.list().data) == 1


def _wake(buyer: PageClient) -> None:
    """Pages do not ask a silent Stripe for some seconds; here these are over."""
    buyer.http.application.extensions["stripe"]._rest_until = 0.0


def asked(till: Till) -> int:
    """How often Stripe was asked for a page since :func:`listen`."""
    (fault,) = requests.get(f"{till.sandbox.url}/_sandbox/faults", timeout=5).json()["faults"]
    return int(fault["used"])


def listen(till: Till) -> None:
    till.sandbox.fault("slow", match="GET /v1/checkout/sessions/*", times=1_000, seconds=0)


def test_reloading_asks_stripe_once_in_a_few_seconds(
    buyer: PageClient, paying_app: Flask, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing (20 requests to Stripe) without the time in the attempt's row."""
    # A slow machine does not get through all of this in three seconds.
    monkeypatch.setattr(refresh, "REFRESH_EVERY", timedelta(seconds=50))
    bill = till.invoice(10_000)
    url = go(buyer, form_for(buyer, bill))
    here = status_page(till)
    listen(till)
    readers = [buyer]
    for _ in range(3):
        readers.append(PageClient(paying_app))
        readers[-1].sign_in(till.user.email)
    for _ in range(5):
        together(*(partial(reader.get, here) for reader in readers))
    assert asked(till) == 1
    assert "We are asking Stripe" in buyer.text
    assert 'hx-trigger="every 4s"' in buyer.body
    till.by_card(url)
    till.later()
    buyer.get(here)
    assert "Paid: $100.00" in buyer.text
    for _ in range(3):
        buyer.get(here)
    assert asked(till) == 2, "what is paid is known"


def test_mode_off_shows_no_card(client: PageClient, build: Build, till: Till) -> None:
    bill = till.invoice(10_000)
    client.sign_in(till.user.email)
    client.get(f"/payments/new?invoice={bill.number}")
    assert "Go to payment" not in client.text
    assert "cheque or transfer" in client.text
    client.post("/hooks/stripe", status=404)


def test_other_companies_payments_are_not_there(paying_app: Flask, till: Till, build: Build) -> None:
    bill = till.invoice(10_000)
    attempt = till.start(bill)
    stranger = PageClient(paying_app)
    stranger.sign_in(build.user(build.company(), "company_admin").email)
    stranger.get(f"/payments/{attempt.token}", status=404)
    stranger.post(f"/payments/{attempt.token}/cancellation", status=404)
    stranger.get(f"/payments/new?invoice={bill.number}", status=404)
    stranger.post("/payments", {"invoice": bill.number, "method": "card"}, status=404)


def test_forms_may_lead_to_the_demos_pay_page(buyer: PageClient, till: Till) -> None:
    policy = buyer.get("/account").headers["Content-Security-Policy"]
    assert f"form-action 'self' https://checkout.stripe.com {till.sandbox.url};" in policy


def test_while_stripe_is_slow_others_are_told_at_once(
    buyer: PageClient, paying_app: Flask, till: Till, build: Build
) -> None:
    """One thread waits for Stripe, the next does not join it. Seen failing without the limit on waiting requests."""
    go(buyer, form_for(buyer, till.invoice(10_000)))
    here = status_page(till)
    go(buyer, form_for(buyer, till.invoice(20_000)))
    there = status_page(till)
    other = PageClient(paying_app)
    other.sign_in(till.build.user(till.company).email)
    till.sandbox.fault("late_answer", match="GET /v1/*", seconds=7)
    order: list[str] = []
    waiting = threading.Thread(target=lambda: (buyer.get(here), order.append("first")))
    waiting.start()
    until(lambda: not paying_app.extensions["stripe"]._slots._value)
    other.get(there)
    order.append("second")
    waiting.join(60)
    assert order == ["second", "first"]
    assert "We are asking Stripe" in other.text
