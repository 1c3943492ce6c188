"""The rows that an imported order becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.exchange.orders.order import ImportedLine, ImportedOrder
from portal.orders.checkout.facts import OrderCompleted
from portal.orders.numbers import new_pickup_code
from portal.touchpoints.recording import Event, record

ORDER_COLUMNS = (
    "id",
    "number",
    "company_id",
    "source",
    "kind",
    "status",
    "fulfilment",
    "store_id",
    "window_start",
    "window_end",
    "promised_at",
    "ready_at",
    "closed_at",
    "pickup_code",
    "pickup_person",
    "ship_to",
    "po_number",
    "job_id",
    "job_name",
    "currency",
    "total_minor",
    "tax_minor",
    "tax_region",
    "exemption",
    "line_count",
    "tint_quantity",
    "on_account",
    "credit_released_minor",
    "placed_by_user_id",
    "placed_by_name",
    "subject_user_id",
    "subject_name",
    "on_behalf_reason",
    "placed_at",
)
LINE_COLUMNS = (
    "order_id",
    "line_no",
    "company_id",
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
    "quantity_invoiced",
    "unit_price",
    "total_minor",
    "tax_share",
    "tax_minor",
    "price_rule",
    "state",
)
EVENT_COLUMNS = (
    "order_id",
    "company_id",
    "at",
    "from_state",
    "to_state",
    "actor_user_id",
    "actor_name",
    "actor_kind",
    "on_behalf_of",
    "text",
)

Numbered = tuple[int, ImportedOrder]


def order_row(order_id: int, o: ImportedOrder) -> tuple[Any, ...]:
    """The row of ``sales_order``. What is closed was paid for elsewhere; what is open is on account."""
    return (
        order_id,
        o.number,
        o.company_id,
        "import",
        o.kind,
        *_course(o),
        o.pickup_person,
        Jsonb(o.ship_to) if o.ship_to else None,
        o.po_number,
        o.job_id,
        o.job_name,
        *_amounts(o),
        *_people(o),
        o.placed_at,
    )


def _course(o: ImportedOrder) -> tuple[Any, ...]:
    code = new_pickup_code() if o.is_open and o.fulfilment == "pickup" else None
    window = (o.window_start, o.window_end)
    return o.status, o.fulfilment, o.store_id, *window, o.promised_at, o.ready_at, o.closed_at, code


def _amounts(o: ImportedOrder) -> tuple[Any, ...]:
    tint = sum(line.quantity for line in o.lines if line.colour_number)
    exemption = Jsonb(o.exemption) if o.exemption else None
    tax = (o.tax_minor, o.tax_region, exemption)
    return o.currency, o.total_minor, *tax, len(o.lines), tint, o.is_open, o.released_minor


def _people(o: ImportedOrder) -> tuple[Any, ...]:
    return o.placed_by_id, o.placed_by_name, o.subject_id, o.subject_name, o.reason


def line_rows(numbered: Iterable[Numbered]) -> Iterator[tuple[Any, ...]]:
    """The rows of ``order_line``."""
    for order_id, order in numbered:
        for line in order.lines:
            yield _line_row(order_id, order, line)


def _line_row(order_id: int, order: ImportedOrder, line: ImportedLine) -> tuple[Any, ...]:
    return (
        order_id,
        line.line_no,
        order.company_id,
        line.variant_id,
        line.sku,
        line.name,
        line.unit,
        line.colour_number,
        line.colour_name,
        line.colour_hex,
        line.quantity,
        *line.quantities(),
        line.fulfilled if order.is_complete and line.is_gone else 0,
        line.unit_price,
        line.total_minor,
        line.tax_share,
        line.tax_minor,
        "",  # a file does not say which rule it was
        line.state,
    )


def event_rows(numbered: Iterable[Numbered]) -> Iterator[tuple[Any, ...]]:
    """What is known of the order's history: placed, ready, and its present state."""
    for order_id, o in numbered:
        who = (o.placed_by_id, o.placed_by_name, o.placed_by_kind, o.subject_name if o.reason else "")
        system = (None, "Imported", "system", "")
        yield order_id, o.company_id, o.placed_at, None, "placed", *who, ""
        for at, lines in o.entered.items():
            words = f"Entered then: line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
            yield order_id, o.company_id, at, None, None, *system, words
        if o.ready_at is not None and o.status in {"ready", "collected", "out", "delivered"}:
            yield order_id, o.company_id, o.ready_at, "picking", "ready", *system, ""
        if o.status not in {"placed", "ready"}:
            at = o.closed_at or o.ready_at or o.placed_at
            yield order_id, o.company_id, at, None, o.status, *system, ""


def record_completed(session: Session, order_id: int, o: ImportedOrder) -> None:
    """Record that the order was placed, at the time when it was."""
    record(
        session,
        Event(
            OrderCompleted(
                number=o.number, lines=len(o.lines), fulfilment=o.fulfilment, po_given=bool(o.po_number)
            ),
            actor=actor_on_record(o.placed_by_kind, user_id=o.placed_by_id, company_id=o.company_id),
            now=o.placed_at,
            key=f"order_completed:{o.number}",
            account_id=o.company_id,
            store_id=o.store_id,
            value_minor=o.total_minor,
            currency=o.currency,
            links={"order_id": order_id},
        ),
    )
