"""stock.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from portal.intake import cells
from portal.intake.lookups import References
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row


def _stock(row: Row, refs: References) -> Sequence[Any]:
    store = refs.find(row, "store_code", "stores")
    variant = refs.find(row, "sku", "variants")
    return store, variant and variant.id, row.values["on_hand"]


def _not_below_reserved(connection: Connection[Any], rows: list[Row], refs: References) -> None:
    """What is set aside for orders stays in the building. Locks in the order in which placements lock."""
    keys = [(refs["stores"][r.values["store_code"]], refs["variants"][r.values["sku"]].id) for r in rows]
    found = connection.execute(
        "select store_id, variant_id, reserved from stock "
        "join unnest(%s::bigint[], %s::bigint[]) k(store_id, variant_id) using (store_id, variant_id) "
        "order by store_id, variant_id for update of stock",
        [[store for store, _ in keys], [variant for _, variant in keys]],
    )
    reserved = {(store, variant): units for store, variant, units in found}
    for row, key in zip(rows, keys, strict=True):
        if row.values["on_hand"] < reserved.get(key, 0):
            row.wrong("on_hand", f"less than the {reserved[key]} set aside for orders")


STOCK = Spec(
    order=170,
    file="stock.csv",
    columns=(
        Column("store_code", cells.code(20), True),
        Column("sku", cells.code(40), True),
        Column("on_hand", cells.integer(0, 1_000_000), True),
    ),
    key=("store_code", "sku"),
    table="stock",
    db_columns=("store_id", "variant_id", "on_hand"),
    db_key=("store_id", "variant_id"),
    convert=_stock,
    needs=("stores", "variants"),
    under_lock=_not_below_reserved,
)

SPECS = (STOCK,)
