"""An order's rows are written by placing and by the import: both have to know of each column."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import TextClause

from portal.exchange.orders.history import EVENT_COLUMNS
from portal.exchange.orders.rows import LINE_COLUMNS, ORDER_COLUMNS
from portal.orders.checkout.use_cases.line_rows import LINES
from portal.orders.checkout.use_cases.order_rows import ORDER
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine

# Written when an order is placed; a file does not have them, and their default says so.
PLACED_ONLY = {
    "sales_order": {
        "draft_id",
        "placement_token",
        "placement_fingerprint",
        "delivery_date",
        "pickup_phone",
        "note",
        "delegation_id",
        "order_limit_minor",
        "rep_limit_minor",
        "approved_by_user_id",
        "approved_by_name",
    },
    "order_line": set(),
    "order_event": set(),
}
# What has become of an order already when it is imported; a new one has the default.
IMPORTED_ONLY = {
    "sales_order": {"id", "source", "kind", "ready_at", "closed_at", "on_account", "credit_released_minor"},
    "order_line": {"quantity_ready", "quantity_fulfilled", "quantity_cancelled", "quantity_invoiced"},
    "order_event": {"from_state"},
}
# Written by neither: numbered by the database, or only known later.
LATER = {
    "sales_order": set(),
    "order_line": {"short_reason", "quantity_returned"},
    "order_event": {"id", "line_no"},
}


def inserted(statement: TextClause, table: str) -> set[str]:
    """The columns that the statement writes into the table."""
    found = re.search(rf"insert into {table} \(([^)]*)\)", statement.text)
    assert found is not None
    return {each.strip() for each in found.group(1).split(",")}


@pytest.mark.parametrize(
    ("model", "statement", "imported"),
    [(Order, ORDER, ORDER_COLUMNS), (OrderLine, LINES, LINE_COLUMNS), (OrderEvent, ORDER, EVENT_COLUMNS)],
)
def test_both_writers_name_the_same_columns(
    model: type[Order | OrderLine | OrderEvent], statement: TextClause, imported: tuple[str, ...]
) -> None:
    """Seen failing with ``tax_region`` taken out of placing's statement, and with a new column of the model."""
    table = model.__tablename__
    placed, read = inserted(statement, table), set(imported)
    assert placed - read == PLACED_ONLY[table]
    assert read - placed == IMPORTED_ONLY[table]
    assert placed | read | LATER[table] == {column.name for column in model.__table__.columns}
