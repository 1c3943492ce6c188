"""Orders as placement leaves them: stock reserved, credit taken, a place in the window booked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.billing.models.credit import CreditAccount
from portal.catalog.models import Variant
from portal.foundation.actor import Actor
from portal.foundation.money import line_total
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import line_state_when_placed
from portal.stores.models import PickupSlot, Stock, Store
from tests.builders import NOW, Build

_numbers = itertools.count(200001)


@dataclass(frozen=True)
class Want:
    """A line to be placed: ``backordered`` of the ``quantity`` units wait for stock."""

    variant: Variant
    quantity: int = 2
    backordered: int = 0
    colour: tuple[str, str, str] | None = None
    price: str = "41.20"


def placed_order(
    build: Build, company: Company, store: Store, buyer: User, *wants: Want, **fields: Any
) -> Order:
    """An order on account in state placed. Needs stock for what is not backordered."""
    session = build.session
    lines = [_line(n, company, want) for n, want in enumerate(wants, 1)]
    total = sum(line.total_minor for line in lines)
    known: dict[str, Any] = {
        "number": f"T-{next(_numbers)}",
        "company_id": company.id,
        "status": "placed",
        "fulfilment": "pickup",
        "store_id": store.id,
        "promised_at": NOW + timedelta(hours=1),
        "pickup_code": "K7PQXA",
        "pickup_person": "Sam Fields",
        "currency": company.currency,
        "total_minor": total,
        "line_count": len(lines),
        "placed_by_user_id": buyer.id,
        "placed_by_name": buyer.name,
        "subject_user_id": buyer.id,
        "subject_name": buyer.name,
        "placed_at": NOW - timedelta(minutes=10),
    }
    order = Order(**{**known, **fields})
    session.add(order)
    session.flush()
    for line in lines:
        line.order_id = order.id
        _bring(line, order.status)
    session.add_all(lines)
    session.add(_placed_event(order, buyer))
    _reserve(session, store, lines)
    if order.status != "cancelled":
        _take_credit(session, company, total)
    if order.window_start:
        _book(session, store, order.window_start)
    session.commit()
    return order


def _line(n: int, company: Company, want: Want) -> OrderLine:
    price = Decimal(want.price)
    reserved = want.quantity - want.backordered
    number, name, hex_ = want.colour or (None, None, None)
    return OrderLine(
        line_no=n,
        company_id=company.id,
        variant_id=want.variant.id,
        sku=want.variant.sku,
        name=want.variant.name,
        colour_number=number,
        colour_name=name,
        colour_hex=hex_,
        quantity=want.quantity,
        quantity_reserved=reserved,
        quantity_ready=0,
        quantity_fulfilled=0,
        quantity_backordered=want.backordered,
        quantity_cancelled=0,
        unit_price=price,
        total_minor=line_total(price, want.quantity, company.currency),
        state=line_state_when_placed(reserved, want.backordered),
    )


def _bring(line: OrderLine, status: str) -> None:
    """Put a line where the lines of an order in this state are."""
    if status in ("collected", "delivered", "out"):
        line.quantity_reserved, line.quantity_fulfilled = 0, line.quantity
    elif status == "cancelled":
        line.quantity_reserved, line.quantity_cancelled = 0, line.quantity
    elif status == "ready":
        line.quantity_ready = line.quantity_reserved
    if status != "placed" and not (status in ("ready", "picking") and not line.quantity_reserved):
        line.state = status


def _placed_event(order: Order, buyer: User) -> OrderEvent:
    return OrderEvent(
        order_id=order.id,
        company_id=order.company_id,
        at=order.placed_at,
        from_state=None,
        to_state="placed",
        actor_user_id=buyer.id,
        actor_name=buyer.name,
        actor_kind="customer",
        text="Order placed",
    )


def _reserve(session: Session, store: Store, lines: list[OrderLine]) -> None:
    for line in lines:
        if line.quantity_reserved:
            stock = session.get_one(Stock, (store.id, line.variant_id), with_for_update=True)
            stock.reserved += line.quantity_reserved


def _take_credit(session: Session, company: Company, total: int) -> None:
    account = session.get(CreditAccount, company.id, with_for_update=True)
    if account is not None:
        account.used_minor += total


def _book(session: Session, store: Store, starts_at: datetime) -> None:
    slot = session.get(PickupSlot, (store.id, starts_at))
    if slot is None:
        session.add(PickupSlot(store_id=store.id, starts_at=starts_at, capacity=6, booked=1))
    else:
        slot.booked += 1


@dataclass(frozen=True)
class Counter:
    """A company with a buyer, and a store with an associate and two products on its shelves."""

    build: Build
    company: Company
    buyer: User
    store: Store
    associate: User
    paint: Variant
    tape: Variant

    @property
    def staff(self) -> Actor:
        return self.build.actor(self.associate)

    @property
    def customer(self) -> Actor:
        return self.build.actor(self.buyer, self.company)

    def order(self, *wants: Want, **fields: Any) -> Order:
        """Placed by the buyer at the store; two tins of paint and a dozen tapes when nothing else is said."""
        chosen = wants or (Want(self.paint, 2), Want(self.tape, 12, price="3.95"))
        return placed_order(self.build, self.company, self.store, self.buyer, *chosen, **fields)


def counter(build: Build, *, on_hand: int = 100) -> Counter:
    """The scene of most tests of fulfilment."""
    company, store = build.company("Harbour Painting"), build.store("Albany Central")
    buyer = build.user(company, name="Dana Ortiz")
    associate = build.user(kind="store", store_id=store.id, name="Robin Hale")
    paint = build.variant(
        "PRO-1", tintable=True, name="ProLine eggshell, white base, 1 gal", tint_base="White base"
    )
    tape = build.variant("TAPE-1", "3.95", name="Masking tape, 2 in")
    for variant in (paint, tape):
        build.stock(store, variant, on_hand=on_hand)
    return Counter(build, company, buyer, store, associate, paint, tape)


def stock_now(session: Session, store: Store) -> dict[int, tuple[int, int]]:
    """On hand and reserved by variant, read afresh."""
    rows = session.execute(
        select(Stock.variant_id, Stock.on_hand, Stock.reserved).where(Stock.store_id == store.id)
    )
    return {variant: (on_hand, reserved) for variant, on_hand, reserved in rows}


def credit_used(session: Session, company: Company) -> int:
    """Minor units of credit in use, read afresh."""
    found = session.scalar(select(CreditAccount.used_minor).where(CreditAccount.company_id == company.id))
    assert found is not None
    return found
