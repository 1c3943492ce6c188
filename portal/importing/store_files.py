"""stores.csv, store_hours.csv, store_exceptions.csv, stock.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from portal.importing import cells
from portal.importing.files import Column, Row
from portal.importing.references import References
from portal.importing.specs import Spec, look_up


def _store(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    if (v["latitude"] is None) != (v["longitude"] is None) and not row.reasons:
        row.wrong("latitude", "only one of latitude and longitude")
    return (
        v["code"],
        v["name"],
        v["line1"],
        v["city"],
        v["region"],
        v["postcode"],
        v["country"],
        v["latitude"] or 0.0,
        v["longitude"] or 0.0,
        v["time_zone"],
        v["phone"],
        v["lead_minutes"],
        v["tint_minutes"],
        v["window_minutes"],
        v["window_capacity"],
    )


STORES = Spec(
    file="stores.csv",
    columns=(
        Column("code", cells.code(20), True),
        Column("name", cells.text(120), True),
        Column("line1", cells.text(120), True),
        Column("city", cells.text(80), True),
        Column("region", cells.text(40), default=""),
        Column("postcode", cells.text(20), default=""),
        Column("country", cells.country, True),
        Column("latitude", cells.degrees(-90, 90)),
        Column("longitude", cells.degrees(-180, 180)),
        Column("time_zone", cells.zone, True),
        Column("phone", cells.text(40), default=""),
        Column("lead_minutes", cells.integer(0, 10080), default=60),
        Column("tint_minutes", cells.integer(0, 1440), default=10),
        Column("window_minutes", cells.integer(15, 720), default=60),
        Column("window_capacity", cells.integer(1, 1000), default=6),
    ),
    key=("code",),
    table="store",
    db_columns=(
        "code",
        "name",
        "line1",
        "city",
        "region",
        "postcode",
        "country",
        "latitude",
        "longitude",
        "time_zone",
        "phone",
        "lead_minutes",
        "tint_minutes",
        "window_minutes",
        "window_capacity",
    ),
    db_key=("code",),
    convert=_store,
)


def _check_hours(row: Row) -> None:
    opens, closes = row.values.get("opens"), row.values.get("closes")
    if opens is not None and closes is not None and closes <= opens:
        row.wrong("closes", "not later than opens")


def _hours(row: Row, refs: References) -> Sequence[Any]:
    _check_hours(row)
    store = look_up(row, "store_code", refs.stores, "store")
    return store, row.values["weekday"], row.values["opens"], row.values["closes"]


STORE_HOURS = Spec(
    file="store_hours.csv",
    columns=(
        Column("store_code", cells.code(20), True),
        Column("weekday", cells.integer(1, 7), True),
        Column("opens", cells.clock, True),
        Column("closes", cells.clock, True),
    ),
    key=("store_code", "weekday"),
    table="store_hours",
    db_columns=("store_id", "weekday", "opens", "closes"),
    db_key=("store_id", "weekday"),
    convert=_hours,
    needs=("stores",),
)


def _exception(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    if (v["opens"] is None) != (v["closes"] is None):
        row.wrong("opens", "only one of opens and closes")
    _check_hours(row)
    return look_up(row, "store_code", refs.stores, "store"), v["date"], v["opens"], v["closes"], v["note"]


STORE_EXCEPTIONS = Spec(
    file="store_exceptions.csv",
    columns=(
        Column("store_code", cells.code(20), True),
        Column("date", cells.day, True),
        Column("opens", cells.clock),
        Column("closes", cells.clock),
        Column("note", cells.text(120), default=""),
    ),
    key=("store_code", "date"),
    table="store_exception",
    db_columns=("store_id", "day", "opens", "closes", "note"),
    db_key=("store_id", "day"),
    convert=_exception,
    needs=("stores",),
)


def _stock(row: Row, refs: References) -> Sequence[Any]:
    store = look_up(row, "store_code", refs.stores, "store")
    variant = look_up(row, "sku", refs.variants, "variant")
    return store, variant and variant.id, row.values["on_hand"]


def _not_below_reserved(connection: Connection[Any], rows: list[Row], refs: References) -> None:
    """What is set aside for orders stays in the building. Locks in the order in which placements lock."""
    keys = [(refs.stores[r.values["store_code"]], refs.variants[r.values["sku"]].id) for r in rows]
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
