"""Mails about goods of an order that are missing, or came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.foundation.mail import Letter
from portal.foundation.money import format_minor
from portal.orders.fulfilment.letters.kinds import OrderRestocked, OrderShort
from portal.orders.fulfilment.letters.to_customer import mail_customer
from portal.orders.fulfilment.letters.words import order_path, promised_words, store_address
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import SHORT_WORDS
from portal.stores.models import Store


@dataclass(frozen=True, slots=True)
class Missing:
    """Units of a line that are missing. ``waits``: the customer waits for them. ``ahead_minor``: paid ahead for the order and
    not used yet."""

    line: OrderLine
    units: int
    waits: bool
    ahead_minor: int = 0


def mail_short(session: Session, order: Order, event: OrderEvent, missing: Missing) -> None:
    """Units of a line are missing: the customer waits for them, or they are cancelled."""
    line, ahead = missing.line, 0 if missing.waits else missing.ahead_minor

    def write(store: Store | None) -> Letter:
        return OrderShort(
            number=order.number,
            path=order_path(order),
            units=missing.units,
            ordered=line.quantity,
            sku=line.sku,
            name=line.name,
            colour=line.colour_name or "",
            why=SHORT_WORDS.get(line.short_reason, ""),
            waits=missing.waits,
            ahead=format_minor(ahead, order.currency) if ahead else "",
            store=store_address(store),
        )

    mail_customer(session, order, event, write)


def mail_restocked(session: Session, order: Order, event: OrderEvent, *, lines: Sequence[OrderLine]) -> None:
    """Backordered goods came in and are being prepared."""

    def write(store: Store | None) -> Letter:
        return OrderRestocked(
            number=order.number,
            path=order_path(order),
            fulfilment=order.fulfilment,
            promised=promised_words(order, store, event),
            lines=[{"sku": line.sku, "name": line.name} for line in lines],
        )

    mail_customer(session, order, event, write)
