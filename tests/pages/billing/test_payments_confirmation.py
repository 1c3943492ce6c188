"""Confirming a failed charge with the payer's bank pays what the failed one was for, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.use_cases.saved_charges import charge_attempt
from portal.foundation.clock import utcnow
from portal.foundation.secrets.handles import handle
from tests.invoices import pay_offline
from tests.page import PageClient
from tests.paying import Till

ASKS_EVERY_TIME = "4000002760003184"


@pytest.fixture
def owner(paying_app: Flask, till: Till) -> PageClient:
    """Has a saved card whose bank asks every time."""
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    url = client.post("/payment-methods", status=303).headers["Location"]
    confirm_at_bank(till, url, save="on")
    with till.sessions() as session:
        attempt = session.scalars(select(PaymentAttempt)).one()
    client.get(f"/payments/{attempt.token}")
    return client


def confirm_at_bank(till: Till, url: str, **more: str) -> None:
    answer = till.browser.pay_by_card(url, ASKS_EVERY_TIME, **more)
    till.browser.post(till.sandbox.url + answer.headers["Location"], answer="complete")


def refused(till: Till, bill: Invoice, memos: Sequence[Invoice] = (), **share: Any) -> PaymentAttempt:
    """A payment by the saved card while nobody is there, about which the bank wants its owner to be asked."""
    with till.sessions() as session:
        method = session.scalars(select(SavedMethod.id)).one()
    wants = [RequestedShare(bill.id, share.pop("amount", bill.open_minor), **share), *memos]
    attempt = till.start(*wants, saved_method_id=method, method_kind="card")
    failed = charge_attempt(till.sessions, attempt.id, now=utcnow(), api=till.api)
    assert (failed.state, failed.failure_code) == ("failed", "authentication_required")
    return failed


def confirm(owner: PageClient, till: Till, failed: PaymentAttempt) -> PaymentAttempt:
    """On Stripe's page, and back."""
    url = owner.post(f"/payments/{failed.token}/confirmation", status=303).headers["Location"]
    assert url.startswith(till.sandbox.url)
    confirm_at_bank(till, url)
    with till.sessions() as session:
        newest = session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id.desc()).limit(1)).one()
    return till.sync(newest)


def test_a_credit_memo_counts_when_the_bank_is_asked(owner: PageClient, till: Till) -> None:
    """Seen failing: $70.00 was agreed to, $100.00 was charged, and the credit memo stayed."""
    bill, memo = till.invoice(10_000), till.invoice(-3_000)
    failed = refused(till, bill, [memo])
    assert failed.amount_minor == 7_000
    paid = confirm(owner, till, failed)
    assert (paid.state, paid.amount_minor) == ("succeeded", 7_000)
    assert till.opens(bill, memo) == [0, 0]
    till.check_books()


def test_a_short_payment_stays_one_with_its_reason(owner: PageClient, till: Till) -> None:
    """Seen failing: what was called damaged before the bank asked was paid later without a dispute."""
    bill = till.invoice(10_000)
    short = {"amount": 6_000, "short_reason": "damaged", "short_note": "Two cans leak"}
    paid = confirm(owner, till, refused(till, bill, **short))
    assert (paid.amount_minor, till.opens(bill)) == (6_000, [4_000])
    with till.sessions() as session:
        dispute = session.scalars(select(InvoiceDispute)).one()
    assert (dispute.amount_minor, dispute.reason, dispute.note) == (4_000, "damaged", "Two cans leak")


def test_what_was_paid_or_used_meanwhile_is_left_out(owner: PageClient, till: Till) -> None:
    bill, memo = till.invoice(10_000), till.invoice(-3_000)
    failed = refused(till, bill, [memo])
    pay_offline(till.build.session, till.company, 8_000, bill, reference="1")
    owner.post(f"/payments/{failed.token}/confirmation", status=303)
    with till.sessions() as session:
        newest = session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id.desc()).limit(1)).one()
    assert (newest.state, newest.amount_minor) == ("succeeded", 0)  # the credit memo settles the rest
    assert till.opens(bill, memo) == [0, -1_000]
    assert till.charges() == []


def test_who_is_there_goes_to_the_bank_at_once(owner: PageClient, till: Till) -> None:
    """Paying with the saved card on the page. Seen failing with "Your card was declined", and a button that worked."""
    bill = till.invoice(10_000)
    with till.sessions() as session:
        method = session.scalars(select(SavedMethod.id)).one()
    url = owner.post(
        "/payments", {"invoice": bill.number, "method": f"saved-{handle('method', method)}"}, status=303
    ).headers["Location"]
    assert url.startswith(till.sandbox.url)
    confirm_at_bank(till, url)
    with till.sessions() as session:
        first, newest = session.scalars(
            select(PaymentAttempt).where(PaymentAttempt.purpose == "invoices").order_by(PaymentAttempt.id)
        )
    owner.get(f"/payments/{first.token}")
    assert "wants you to confirm" in owner.text
    assert "declined" not in owner.text
    assert till.sync(newest).state == "succeeded"
    assert till.opens(bill) == [0]
