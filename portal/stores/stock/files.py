"""stock.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from portal.intake import cells
from portal.intake.lookups import References
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row
from portal.stores.stock.counts import read_units

_LOCK = """
select from stock join unnest(%s::bigint[], %s::bigint[]) k(store_id, variant_id) using (store_id, variant_id)
 order by store_id, variant_id for update of stock
"""
_SELL_NO_MORE = """
update stock s set on_hand = s.reserved from unnest(%s::bigint[], %s::bigint[]) k(store_id, variant_id)
 where s.store_id = k.store_id and s.variant_id = k.variant_id and s.free > 0
"""


def _stock(row: Row, refs: References) -> Sequence[Any]:
    store = refs.find(row, "store_code", "stores")
    variant = refs.find(row, "sku", "variants")
    return store, variant and variant.id, row.values["on_hand"]


def _take_as_told(connection: Connection[Any], rows: list[Row], refs: References) -> None:
    """Lock in the order in which placements lock. A count that cannot be read is rejected, and nothing more of it is
    sold until one comes: an older count would look better than it is."""
    connection.execute(_LOCK, _keys(rows, refs))
    unread = [row for row in rows if row.values["on_hand"] is None]
    connection.execute(_SELL_NO_MORE, _keys(unread, refs))
    for row in unread:
        row.wrong("on_hand", "not a number; no more of it is sold until there is one")


def _keys(rows: list[Row], refs: References) -> list[list[int]]:
    """The stores and the variants of rows."""
    stores = [refs["stores"][row.values["store_code"]] for row in rows]
    return [stores, [refs["variants"][row.values["sku"]].id for row in rows]]


STOCK = Spec(
    order=170,
    file="stock.csv",
    columns=(
        Column("store_code", cells.code(20), True),
        Column("sku", cells.item_number(40), True),
        # Systems that have none of something leave the cell empty.
        Column("on_hand", read_units, True, default=0, may_be_empty=True),
    ),
    key=("store_code", "sku"),
    table="stock",
    db_columns=("store_id", "variant_id", "on_hand"),
    db_key=("store_id", "variant_id"),
    convert=_stock,
    needs=("stores", "variants"),
    under_lock=_take_as_told,
)

SPECS = (STOCK,)
