"""The page that the payer of a link comes back to is known by the payment's token: it must not outlive the link."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.billing.models.links import PayLink
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pay_links.rules import LinkRequest
from portal.billing.pay_links.use_cases.make import make_invoice_link
from portal.billing.payments.use_cases.checkout import cancel_attempt
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.refunds.use_cases.carry_out import carry_out_refund
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from tests.page import PageClient
from tests.paying import Till


@pytest.fixture
def stranger(paying_app: Flask) -> PageClient:
    return PageClient(paying_app)


def begin(till: Till, stranger: PageClient, number: str) -> tuple[str, PaymentAttempt, str]:
    """The link's token, the payment that was begun by it, and Stripe's page."""
    with transaction(till.sessions) as session:
        token = make_invoice_link(
            session, LinkRequest(days=7), actor=till.actor, number=number, now=utcnow()
        ).token
    stranger.get(f"/pay/{token}")
    url = stranger.post(f"/pay/{token}", {"method": "card"}, status=303).headers["Location"]
    with till.sessions() as session:
        return token, session.scalars(select(PaymentAttempt)).one(), url


def attempts(till: Till) -> int:
    with till.sessions() as session:
        return session.query(PaymentAttempt).count()


def test_a_closed_companys_payment_begins_no_other(stranger: PageClient, till: Till) -> None:
    """Seen failing: a payer whose first page had run out began another one for a company that was closed."""
    bill = till.invoice(5_000)
    _, first, _ = begin(till, stranger, bill.number)
    cancel_attempt(till.sessions, first.id, now=utcnow(), api=till.api)
    stranger.get(f"/pay/returned/{first.token}")
    till.company.disabled_at = utcnow()
    till.build.session.commit()
    stranger.post(f"/pay/returned/{first.token}", {"method": "card"}, status=404)
    stranger.get(f"/pay/returned/{first.token}", status=404)
    assert attempts(till) == 1


def test_a_receipt_outlives_its_link_but_tells_nothing_new(stranger: PageClient, till: Till) -> None:
    """Seen failing: after a refund the old payer read what was open now, although the link had been taken back."""
    bill = till.invoice(5_000)
    token, attempt, url = begin(till, stranger, bill.number)
    till.by_card(url)
    stranger.get(f"/pay/returned/{attempt.token}")
    assert "Your payment of $50.00 has arrived" in stranger.text
    (payment,) = till.payments()
    with transaction(till.sessions) as session:
        refund = begin_refund(
            session,
            RefundRequest(
                payment_id=payment.id, amount_minor=1_234, reason="Paid twice", agreed=True, key="k" * 30
            ),
            actor=till.build.actor(till.build.user(kind="admin")),
            now=utcnow(),
        )
        session.execute(update(PayLink).values(revoked_at=utcnow()))
    carry_out_refund(till.sessions, refund.id, now=utcnow(), api=till.api)
    assert till.opens(bill) == [1_234]
    stranger.get(f"/pay/{token}", status=410)
    stranger.get(f"/pay/returned/{attempt.token}")
    assert "Your payment of $50.00 has arrived" in stranger.text
    assert "12.34" not in stranger.body
    assert 'name="method"' not in stranger.body
    stranger.post(f"/pay/returned/{attempt.token}", {"method": "card"}, status=410)
    assert "12.34" not in stranger.body
    assert attempts(till) == 1
