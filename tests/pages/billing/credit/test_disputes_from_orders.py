"""Whoever has the goods in hand starts at the order, paid or not, and is led to the form of its invoice."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from tests.builders import Build
from tests.domain.orders.test_fulfilment_invoices import collect, invoices, ready
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.placed_orders import Counter, Want, counter


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build)


def collected(session: Session, scene: Counter) -> tuple[str, Invoice]:
    """An order of two cans that was collected and paid; its number, and its invoice of 82.40."""
    order = scene.order(Want(scene.paint, 2))
    ready(session, scene, order)
    collect(session, scene, order)
    (invoice,) = invoices(session, order)
    pay_offline(session, scene.company, 8_240, invoice)
    return order.number, invoice


def test_a_claim_about_a_paid_order_ends_with_money_back(
    client: PageClient, scene: Counter, session: Session
) -> None:
    """Seen failing without a way from the order, and with "Call us about it" after everything was typed."""
    number, invoice = collected(session, scene)
    client.sign_in(scene.buyer.email)
    client.get(f"/orders/{number}")
    address = f"/invoices/{invoice.number}/disputes"
    assert f'href="{address}"' in client.body
    assert "Something is wrong with it" in client.text
    client.get(address)
    assert 'value="82.40"' in client.body
    assert "Up to $82.40: what was not credited yet." in client.text
    form = {"amount": "41.20", "reason": "damaged", "note": "One can leaked."}
    client.follow(client.post(address, form))
    assert "We look into" in client.text
    staff = PageClient(client.http.application)
    staff.sign_in(scene.build.user(kind="admin").email)
    dispute = session.scalars(select(InvoiceDispute)).one()
    at = f"/customers/{scene.company.code}/disputes/{dispute.id}"
    staff.get(at)
    staff.post(at, {"outcome": "credited", "amount": "41.20", "answer": "You are right."})
    memo = session.scalars(select(Invoice).where(Invoice.kind == "credit_memo")).one()
    assert memo.open_minor == -4_120
    payment = session.scalars(select(Payment)).one()
    staff.get(f"/billing/payments/{payment.number}?credit_memo={memo.number}")
    assert 'value="41.20"' in staff.body
    client.get(address)
    assert 'value="41.20"' in client.body


def test_where_all_was_credited_nothing_can_be_typed(
    client: PageClient, scene: Counter, session: Session
) -> None:
    """Seen failing with an empty page behind the link."""
    number, invoice = collected(session, scene)
    session.execute(update(Invoice).where(Invoice.id == invoice.id).values(credited_minor=8_240))
    session.commit()
    client.sign_in(scene.buyer.email)
    client.get(f"/orders/{number}")
    assert "Something is wrong" not in client.text
    client.get(f"/invoices/{invoice.number}/disputes")
    assert "All of this invoice was credited already" in client.text
    assert 'name="note"' not in client.body


def test_who_may_not_pay_is_not_led_there(
    client: PageClient, scene: Counter, session: Session, build: Build
) -> None:
    number, _ = collected(session, scene)
    client.sign_in(build.user(scene.company, "viewer").email)
    client.get(f"/orders/{number}")
    assert "Something is wrong" not in client.text


def test_a_credit_memo_is_not_contested(client: PageClient, scene: Counter, session: Session) -> None:
    """Seen failing with a form that answered 404 once it was filled in."""
    memo = make_invoice(session, scene.company, net=-1_000)
    client.sign_in(scene.buyer.email)
    client.get(f"/invoices/{memo.number}/disputes", status=404)
