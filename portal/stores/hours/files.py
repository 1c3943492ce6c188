"""store_hours.csv, store_exceptions.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.intake import cells
from portal.intake.lookups import References
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row


def _check_hours(row: Row) -> None:
    opens, closes = row.values.get("opens"), row.values.get("closes")
    if opens is not None and closes is not None and closes <= opens:
        row.wrong("closes", "not later than opens")


def _hours(row: Row, refs: References) -> Sequence[Any]:
    _check_hours(row)
    store = refs.find(row, "store_code", "stores")
    return store, row.values["weekday"], row.values["opens"], row.values["closes"]


STORE_HOURS = Spec(
    order=20,
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
    return refs.find(row, "store_code", "stores"), v["date"], v["opens"], v["closes"], v["note"]


STORE_EXCEPTIONS = Spec(
    order=30,
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

SPECS = (STORE_HOURS, STORE_EXCEPTIONS)
