"""The rows that an imported order becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from psycopg.types.json import Jsonb

from portal.exchange.orders.order import ImportedLine, ImportedOrder
from portal.orders.numbers import new_pickup_code

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
