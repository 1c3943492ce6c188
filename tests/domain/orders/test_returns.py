"""Taking back and crediting: never more than was invoiced, once, and stock and credit follow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from portal.billing.models.invoices import Invoice
from portal.foundation.errors import NotFound, Rejected
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.orders.returns.use_cases.take_back import Return, take_back
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build
from tests.domain.orders.test_fulfilment_invoices import FOG, collect, invoices, ready, taxed
from tests.placed_orders import Counter, Want, counter, credit_used, stock_now
from tests.placing import together


def collected(session: Session, scene: Counter, *wants: Want, tax: str = "0") -> Order:
    order = scene.order(*wants)
    if tax != "0":
        taxed(session, order, tax)
    ready(session, scene, order)
    collect(session, scene, order)
    return order


def back(session: Session, scene: Counter, order: Order, units: dict[int, int], **fields: Any) -> Invoice:
    by = fields.pop("actor", scene.staff)
    wanted = Return(units=units, **{"reason": "unused", "restock": False, "token": "t1", **fields})
    memo = take_back(session, actor=by, now=NOW, number=order.number, back=wanted)
    session.commit()
    return memo


def memos(session: Session, order: Order) -> list[Invoice]:
    return [each for each in invoices(session, order) if each.kind == "credit_memo"]


def test_what_comes_back_is_credited_and_back_on_the_shelf(session: Session, build: Build) -> None:
    """Invariant 15. Seen failing without the units put back, with them put back twice, and without the tax."""
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 3), Want(scene.tape, 12, price="3.95"), tax="0.08")
    owed = credit_used(session, scene.company)
    shelf = stock_now(session, scene.store)
    memo = back(session, scene, order, {1: 1, 2: 12}, restock=True)
    assert (memo.number[:3], memo.kind, memo.corrects_invoice_id) == (
        "CM-",
        "credit_memo",
        invoices(session, order)[0].id,
    )
    assert (memo.net_minor, memo.tax_minor, memo.open_minor) == (-4120 - 4740, -330 - 379, -9569)
    assert memo.reason == "Not needed, unopened"
    lines = memos(session, order)[0].lines
    assert [(line.sku, line.quantity, line.net_minor) for line in lines] == [
        ("PRO-1", -1, -4120),
        ("TAPE-1", -12, -4740),
    ]
    assert credit_used(session, scene.company) == owed - 9569
    assert stock_now(session, scene.store) == {
        scene.paint.id: (shelf[scene.paint.id][0] + 1, 0),
        scene.tape.id: (shelf[scene.tape.id][0] + 12, 0),
    }
    of_order = select(OrderEvent.text).where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
    told = session.scalars(of_order).all()
    assert told[-1] == (
        f"Credited $95.69 for 1 of PRO-1, 12 of TAPE-1 (not needed, unopened), credit memo {memo.number}"
    )
    facts = select(Touchpoint).where(Touchpoint.order_id == order.id)
    last = {each.name: each for each in session.scalars(facts)}
    assert last["return_requested"].props["claim"] is False
    assert last["order_refunded"].value_minor == 9569


def test_what_stays_broken_does_not_go_back_on_the_shelf(session: Session, build: Build) -> None:
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 3))
    shelf = stock_now(session, scene.store)
    back(session, scene, order, {1: 2}, reason="damaged")
    assert stock_now(session, scene.store) == shelf
    with pytest.raises(Rejected, match="cannot be sold again") as refused:
        back(session, scene, order, {1: 1}, reason="damaged", restock=True, token="t2")
    assert refused.value.field == "restock"


def test_never_more_than_was_invoiced_and_not_credited(session: Session, build: Build) -> None:
    """Invariant 15: the parts that come back add up to the line. Seen failing without counting what was returned."""
    scene = counter(build)
    order = scene.order(Want(scene.paint, 5, backordered=2, price="1.0049"))
    taxed(session, order, "0.08875")
    ready(session, scene, order)
    with pytest.raises(Rejected, match="All of it was credited already"):
        back(session, scene, order, {1: 1})
    session.rollback()
    collect(session, scene, order)
    with pytest.raises(Rejected, match="from 1 to 3"):
        back(session, scene, order, {1: 4})
    session.rollback()
    for n, token in enumerate("abc"):
        back(session, scene, order, {1: 1}, token=token)
        line = session.get_one(OrderLine, (order.id, 1), populate_existing=True)
        assert line.quantity_returned == n + 1
    with pytest.raises(Rejected, match="All of it was credited already"):
        back(session, scene, order, {1: 1}, token="d")
    session.rollback()
    assert sum(each.total_minor for each in invoices(session, order)) == 0
    assert sum(each.tax_minor for each in invoices(session, order)) == 0


@pytest.mark.parametrize("units", [0, -1])
def test_no_less_than_one(session: Session, build: Build, units: int) -> None:
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 3))
    with pytest.raises(Rejected, match="from 1 to 3") as refused:
        back(session, scene, order, {1: units})
    assert refused.value.field == "units-1"
    with pytest.raises(Rejected) as refused:
        back(session, scene, order, {})
    assert refused.value.code == "nothing"
    with pytest.raises(NotFound):
        back(session, scene, order, {9: 1})


def test_tinted_goods_are_credited_only_when_something_was_wrong(session: Session, build: Build) -> None:
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 2, colour=FOG))
    with pytest.raises(Rejected, match="tinted to order") as refused:
        back(session, scene, order, {1: 1})
    assert refused.value.field == "reason"
    session.rollback()
    with pytest.raises(Rejected, match="cannot be sold again"):
        back(session, scene, order, {1: 1}, reason="mistinted", restock=True)
    session.rollback()
    memo = back(session, scene, order, {1: 1}, reason="mistinted")
    assert (memo.total_minor, memo.reason) == (-4120, "Tinted to the wrong colour")
    claim = session.scalars(select(Touchpoint).where(Touchpoint.name == "return_requested")).one()
    assert claim.props["claim"] is True


def test_the_same_form_credits_once(session: Session, build: Build, sessions: sessionmaker[Session]) -> None:
    """Invariant 15, pressed five times at once: one memo, one posting, the shelf counts it once. Seen failing without
    the form's token in the issue key."""
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 10))
    shelf = stock_now(session, scene.store)[scene.paint.id][0]

    def once() -> str:
        with sessions() as opened, opened.begin():
            return take_back(
                opened,
                actor=scene.staff,
                now=NOW,
                number=order.number,
                back=Return(units={1: 2}, reason="unused", restock=True, token="same"),
            ).number

    numbers = together(*[once] * 5)
    assert len(set(numbers)) == 1, numbers
    (memo,) = memos(session, order)
    assert memo.total_minor == -8240
    assert stock_now(session, scene.store)[scene.paint.id] == (shelf + 2, 0)


def test_only_the_order_s_store_credits(session: Session, build: Build) -> None:
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 2))
    elsewhere = build.actor(build.user(kind="store", store_id=build.store().id))
    with pytest.raises(NotFound):
        back(session, scene, order, {1: 1}, actor=elsewhere)
    admin = build.actor(build.user(kind="admin"))
    assert back(session, scene, order, {1: 1}, actor=admin).total_minor == -4120


def test_a_part_of_a_cent_is_not_lost(session: Session, build: Build) -> None:
    """Three of 0.3333 cost a dollar; coming back one by one they give a dollar."""
    scene = counter(build)
    order = collected(session, scene, Want(scene.paint, 3, price="0.3333"), tax="0.10")
    for token in "abc":
        back(session, scene, order, {1: 1}, token=token)
    loaded = session.scalars(select(Invoice).options(selectinload(Invoice.lines)).order_by(Invoice.id)).all()
    assert [each.net_minor for each in loaded] == [100, -33, -34, -33]
    assert sum(each.total_minor for each in loaded) == 0
    assert loaded[0].lines[0].unit_price == Decimal("0.3333")
