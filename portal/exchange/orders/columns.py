"""The columns of orders.csv and order_lines.csv."""

from __future__ import annotations

from decimal import Decimal

from portal.intake import cells, places
from portal.intake.tables import Column

ORDER_WORDS = (
    "placed",
    "accepted",
    "picking",
    "ready",
    "collected",
    "out",
    "delivered",
    "cancelled",
    "backordered",
)
LINE_WORDS = (
    "placed",
    "accepted",
    "picking",
    "tinting",
    "ready",
    "collected",
    "out",
    "delivered",
    "cancelled",
    "backordered",
)

ORDER_COLUMNS = (
    Column("number", cells.code(20), True),
    Column("company_code", cells.code(20), True),
    Column("placed_at", cells.moment, True),
    Column("placed_by_email", cells.email),
    Column("on_behalf_of_email", cells.email),
    Column("on_behalf_reason", cells.text(200), default=""),
    Column("status", cells.one_of(*ORDER_WORDS), True),
    Column("fulfilment", cells.one_of("pickup", "delivery"), True),
    Column("store_code", cells.code(20), True),
    Column("po_number", cells.text(40), default=""),
    Column("job", cells.text(120), default=""),
    Column("currency", cells.currency, True),
    Column("window_start", cells.moment),
    Column("window_end", cells.moment),
    Column("promised_at", cells.moment),
    Column("ready_at", cells.moment),
    Column("closed_at", cells.moment),
    Column("pickup_person", cells.text(120), default=""),
    Column("address_label", cells.text(60)),
    Column("kind", cells.one_of("order", "credit"), default="order"),
    Column("tax_region", places.region, default=""),
    Column("exemption", cells.text(60)),
    Column("paid", cells.yes_no),
)
LINE_COLUMNS = (
    Column("order_number", cells.code(20), True),
    Column("line", cells.integer(1, 10_000), True),
    Column("sku", cells.item_number(40)),
    Column("name", cells.text(200)),
    Column("quantity", cells.count, True),
    Column("unit_price", cells.signed_amount, True),
    Column("colour_number", cells.text(20)),
    Column("colour_name", cells.text(80)),
    Column("state", cells.one_of(*LINE_WORDS), True),
    Column("quantity_fulfilled", cells.count, default=Decimal(0)),
    Column("tax_percent", cells.percent, default=Decimal(0)),
)
