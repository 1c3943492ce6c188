"""One order with all that its page shows, in three statements however many lines it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.sight import company_condition, store_condition
from portal.billing.tax.rules import tax_words
from portal.catalog.models import Product, Variant
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.orders.models.orders import Order, OrderEvent, OrderLine
from portal.orders.parts import Worth, cancelled_worth
from portal.orders.status import CANCELLABLE_STATES, OPEN_STATES, is_partly_ready
from portal.stores.models import Store

STORE_COLUMNS: tuple[Any, ...] = (
    Store.code.label("store_code"),
    Store.name.label("store_name"),
    Store.line1.label("store_line1"),
    Store.city.label("store_city"),
    Store.region.label("store_region"),
    Store.postcode.label("store_postcode"),
    Store.phone.label("store_phone"),
    Store.time_zone.label("store_zone"),
)
_INTERNAL = {"draft_id", "placement_token", "placement_fingerprint"}
HEAD_COLUMNS: tuple[Any, ...] = (
    *(column for column in Order.__table__.columns if column.name not in _INTERNAL),
    *STORE_COLUMNS,
    Company.name.label("company_name"),
)
# Lines and events are read as plain rows of their tables, without the object mapper's steps for each of them.
_LINE, _EVENT = OrderLine.__table__, OrderEvent.__table__
_VARIANT, _PRODUCT = Variant.__table__, Product.__table__
LINE_COLUMNS: tuple[Any, ...] = tuple(
    _LINE.c[name]
    for name in (
        "line_no",
        "variant_id",
        "sku",
        "name",
        "unit",
        "colour_number",
        "colour_name",
        "colour_hex",
        "quantity",
        "quantity_reserved",
        "quantity_ready",
        "quantity_fulfilled",
        "quantity_backordered",
        "quantity_cancelled",
        "unit_price",
        "total_minor",
        "tax_share",
        "tax_minor",
        "quantity_invoiced",
        "quantity_returned",
        "state",
        "short_reason",
        "price_rule",
    )
)
EVENT_COLUMNS: tuple[Any, ...] = tuple(
    _EVENT.c[name]
    for name in (
        "id",
        "at",
        "line_no",
        "from_state",
        "to_state",
        "actor_name",
        "actor_kind",
        "on_behalf_of",
        "text",
    )
)


# Built once: putting sixty columns together costs more than sending the statement.
_HEAD: Select[Any] = (
    select(*HEAD_COLUMNS)
    .join(Store, Store.id == Order.store_id, isouter=True)
    .join(Company, Company.id == Order.company_id)
    .where(Order.number == bindparam("number"))
)
_HEAD_OF_COMPANY = _HEAD.where(Order.company_id == bindparam("company"))
_LINES: Select[Any] = (
    select(*LINE_COLUMNS).where(_LINE.c.order_id == bindparam("order_id")).order_by(_LINE.c.line_no)
)
_LINES_WITH_PRODUCT: Select[Any] = (
    _LINES.add_columns(_VARIANT.c.size, _VARIANT.c.sheen, _VARIANT.c.tint_base, _PRODUCT.c.tintable)
    .join(_VARIANT, _VARIANT.c.id == _LINE.c.variant_id, isouter=True)
    .join(_PRODUCT, _PRODUCT.c.id == _VARIANT.c.product_id, isouter=True)
)
_EVENTS: Select[Any] = (
    select(*EVENT_COLUMNS).where(_EVENT.c.order_id == bindparam("order_id")).order_by(_EVENT.c.id.desc())
)


@dataclass(frozen=True)
class OrderDetail:
    """An order, its lines and what happened to it. ``head`` carries the order's columns, its store's
    (``store_…``, None for imported documents without one) and the name of its company."""

    head: Row[Any]
    lines: Sequence[Row[Any]]
    events: Sequence[Row[Any]]

    def __getattr__(self, name: str) -> Any:
        # `order.number` reads better on pages than `order.head.number`.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.head, name)

    @property
    def is_open(self) -> bool:
        return self.head.status in OPEN_STATES

    @property
    def is_cancellable(self) -> bool:
        """True while the customer may cancel it, or what still waits for stock of it."""
        return self.head.status in CANCELLABLE_STATES and self.head.kind == "order"

    @cached_property
    def is_partly_ready(self) -> bool:
        return is_partly_ready(self.head.status, self.units["ready"])

    @cached_property
    def units(self) -> dict[str, int]:
        """Units of the whole order by where they are: ordered, ready, fulfilled, backordered, cancelled."""
        return {
            "ordered": sum(line.quantity for line in self.lines),
            "ready": sum(line.quantity_ready for line in self.lines),
            "fulfilled": sum(line.quantity_fulfilled for line in self.lines),
            "backordered": sum(line.quantity_backordered for line in self.lines),
            "cancelled": sum(line.quantity_cancelled for line in self.lines),
        }

    @cached_property
    def cancelled_minor(self) -> int:
        """What the cancelled units had cost with tax, in minor units."""
        return sum(worth.gross for worth in self._cancelled)

    @property
    def cancelled_tax_minor(self) -> int:
        """The tax in that."""
        return sum(worth.tax for worth in self._cancelled)

    @cached_property
    def _cancelled(self) -> list[Worth]:
        return [
            cancelled_worth(line, line.quantity_cancelled, self.head.currency)
            for line in self.lines
            if line.quantity_cancelled
        ]

    @property
    def net_minor(self) -> int:
        """What was ordered, before tax."""
        return int(self.head.total_minor - self.head.tax_minor)

    @cached_property
    def tax_words(self) -> str:
        """``Sales tax NY 8 %``, or that it is exempt; empty for an order without any."""
        if self.head.exemption:
            return f"Sales tax {self.head.tax_region} (exempt)"
        if not self.head.tax_minor:
            return ""
        shares = {line.tax_share for line in self.lines}
        return tax_words(self.head.tax_region, shares.pop() if len(shares) == 1 else Decimal(0))


def order_for(session: Session, actor: Actor, number: str) -> OrderDetail:
    """The order of the actor's company.

    :raises NotFound: when the company has no such order.
    """
    return _load(session, _HEAD_OF_COMPANY, {"number": number, "company": actor.customer_id})


def order_at_store(session: Session, actor: Actor, number: str) -> OrderDetail:
    """The order as the counter sees it: of the associate's own store; an administrator sees every store's.

    Its lines also carry size, sheen and base of the product.

    :raises NotFound: when the store has no such order.
    """
    return _load(
        session, _HEAD.where(store_condition(actor, Order.store_id)), {"number": number}, with_product=True
    )


def order_for_staff(session: Session, actor: Actor, number: str) -> OrderDetail:
    """The order as support reads it; a rep reads those of their assigned companies.

    :raises NotFound: when there is no such order for them.
    """
    return _load(session, _HEAD.where(company_condition(actor, Order.company_id)), {"number": number})


def _load(
    session: Session, allowed: Select[Any], asked: dict[str, Any], *, with_product: bool = False
) -> OrderDetail:
    head = session.execute(allowed, asked).one_or_none()
    if head is None:
        raise NotFound
    of_order = {"order_id": head.id}
    lines = session.execute(_LINES_WITH_PRODUCT if with_product else _LINES, of_order).all()
    return OrderDetail(head, lines, session.execute(_EVENTS, of_order).all())
