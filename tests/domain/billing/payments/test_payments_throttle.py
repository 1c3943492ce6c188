"""Trying one card after the other ends, whichever way it is done."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import text

from portal.billing.payments.throttle import MOST_DECLINES, PER_INVOICE, PER_PERSON
from portal.billing.payments.use_cases.admission import TooManyPayments, admit_payment, begin_alone
from portal.billing.payments.use_cases.checkout import cancel_attempt
from portal.billing.payments.use_cases.saved_charges import charge_attempt
from portal.billing.payments.use_cases.start import start_setup
from portal.billing.stripe.api import StripeRefused
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from tests.domain.billing.money.automatic import CANNOT_BE_CHARGED, saved
from tests.paying import CARD, DECLINED, Till


def test_begun_and_cancelled_again_and_again(till: Till) -> None:
    """Seen failing with thirty of them in four seconds."""
    invoice = till.invoice(1_000)
    for _ in range(PER_INVOICE):
        attempt = till.start(invoice)
        cancel_attempt(till.sessions, attempt.id, now=utcnow(), api=till.api)
    with pytest.raises(TooManyPayments, match="pay by transfer"):
        till.start(invoice)
    other = till.invoice(2_000)
    till.start(other)
    with till.sessions.begin() as session:
        session.execute(text("update payment_attempt set created_at = created_at - interval '61 minutes'"))
    assert till.start(invoice).state == "created"


def test_a_saved_card_that_is_declined(till: Till) -> None:
    """Seen failing with twenty charges of a saved card, one after the other."""
    method = saved(till, CANNOT_BE_CHARGED)
    done = 0
    with suppress(TooManyPayments):
        for _ in range(20):
            attempt = till.start(till.invoice(1_000), saved_method_id=method.id, method_kind="card")
            charge_attempt(till.sessions, attempt.id, now=utcnow(), api=till.api)
            done += 1
    assert done == PER_PERSON


def test_setup_pages(till: Till) -> None:
    """Seen failing with twenty pages on which a card can be tried for nothing."""
    made = 0
    with suppress(TooManyPayments):
        for _ in range(20):
            with transaction(till.sessions) as session:
                start_setup(session, actor=till.actor, company_id=till.company.id, now=utcnow())
            made += 1
    assert made == PER_PERSON


def test_one_page_closes_after_too_many_cards(till: Till) -> None:
    """Seen failing with a page that took fifty declined cards, and stayed open."""
    invoice = till.invoice(1_000)
    attempt = till.start(invoice)
    url = till.open(attempt)
    for _ in range(MOST_DECLINES - 1):
        till.by_card(url, DECLINED)
    assert till.sync(attempt).state == "open"
    till.by_card(url, DECLINED)
    closed = till.sync(attempt)
    assert (closed.state, closed.failure_code, closed.declines) == (
        "expired",
        "too_many_declines",
        MOST_DECLINES,
    )
    with pytest.raises(StripeRefused):
        till.api.expire_session(closed.checkout_session_id or "")
    others = [till.invoice(500) for _ in range(PER_PERSON - MOST_DECLINES)]
    for other in others:
        till.start(other)
    with pytest.raises(TooManyPayments):
        till.start(till.invoice(500))


def test_what_is_paid_counts_nothing(till: Till) -> None:
    for _ in range(3):
        till.paid(till.invoice(1_000), number=CARD)
    with till.sessions.begin() as session:
        begin_alone(session, till.company.id, "page")
        who = {"company_id": till.company.id, "person_id": till.user.id, "link_id": None, "invoice_ids": []}
        admit_payment(session, via="page", now=utcnow(), **who)  # type: ignore[arg-type]
        admit_payment(session, via="autopay", now=utcnow(), **who)  # type: ignore[arg-type]
