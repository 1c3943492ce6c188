"""The columns of the file."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from portal.intake import cells
from portal.intake.tables import Column

SIGNED_PRICE = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,4})?")
LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def _signed_price(raw: str) -> Decimal:
    if not SIGNED_PRICE.fullmatch(raw):
        raise cells.not_a("price")
    return Decimal(raw)


def _local_time(raw: str) -> str:
    try:
        if LOCAL_TIME.fullmatch(raw) and datetime.fromisoformat(raw).year >= cells.FIRST_YEAR:
            return raw
    except ValueError:
        pass
    raise cells.not_a("time like 2010-12-01 08:26:00")


COLUMNS = (
    Column("InvoiceNo", cells.code(20), True),
    Column("StockCode", cells.text(40), True),
    Column("Description", cells.text(200), default=""),
    Column("Quantity", cells.integer(-1_000_000, 1_000_000), True),
    Column("InvoiceDate", _local_time, True),
    Column("UnitPrice", _signed_price, True),
    Column("CustomerID", cells.code(20)),
    Column("Country", cells.text(80), default=""),
)
