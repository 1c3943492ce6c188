"""The counter's return of goods that were credited before, as people press it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from tests.builders import Build
from tests.domain.orders.test_fulfilment_invoices import invoices
from tests.domain.orders.test_returns import collected
from tests.page import PageClient
from tests.placed_orders import Want, counter


def test_a_credited_invoice_is_not_credited_again_at_the_counter(
    client: PageClient, build: Build, session: Session
) -> None:
    """Contested and credited in full, then brought back: nothing more is credited. Seen failing: a second memo of
    $42.50, which the customer could spend."""
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 5, price="8.50"))
    (invoice,) = invoices(session, order)
    client.sign_in(build.user(scene.company, "buyer").email)
    client.post(f"/invoices/{invoice.number}/disputes", {"amount": "42.50", "reason": "damaged"}, status=302)
    client.post("/sign-out")
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/customers/{scene.company.code}/billing")
    address = client.body.partition(f"/customers/{scene.company.code}/disputes/")[2].partition('"')[0]
    form = {"outcome": "credited", "amount": "42.50", "answer": "You are right."}
    client.post(f"/customers/{scene.company.code}/disputes/{address}", form, status=302)
    client.post("/sign-out")
    client.sign_in(scene.associate.email)
    at = f"/counter/orders/{order.number}/returns"
    client.get(at)
    assert f"$42.50 of {invoice.number} was credited on" in client.text
    assert "credit only what is left" not in client.text
    form = {"units-1": "5", "reason": "damaged", "token": "a", "beyond": "1"}
    client.post(at, form, status=422)
    assert f"At most $0.00 of {invoice.number} can still be credited. Ask an administrator" in client.text
    client.post("/sign-out")
    client.sign_in(build.user(kind="admin").email)
    client.post(at, {**form, "beyond": ""}, status=422)
    assert "Take it back, and credit only what is left" in client.text
    client.follow(client.post(at, form, status=302))
    assert "Nothing of it was left to be credited" in client.text
    totals = session.scalars(select(Invoice.total_minor).where(Invoice.order_id == order.id)).all()
    assert sorted(totals) == [-4_250, 0, 4_250]


def test_the_line_is_chosen_where_rates_differ(client: PageClient, build: Build, session: Session) -> None:
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 1, price="100.00"), Want(scene.tape, 1, price="5.00"))
    (invoice,) = invoices(session, order)
    client.sign_in(build.user(kind="admin").email)
    path = f"/customers/{scene.company.code}/credit-memos"
    client.get(f"{path}?invoice={invoice.number}")
    assert "$105.00 of $105.00 can still be credited" in client.text
    form = {"token": "t1", "invoice": invoice.number, "reason": "Dented", "line": "2"}
    client.post(path, {**form, "amount": "5.01"}, status=422)
    assert "At most $5.00" in client.text
    client.post(path, {**form, "amount": "1", "line": "x"}, status=422)
    assert "no such line" in client.text
    client.post(path, {**form, "amount": "5"}, status=302)
    client.get(f"{path}?invoice={invoice.number}")
    assert "$100.00 of $105.00 can still be credited" in client.text
