"""stores.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.intake import cells, places
from portal.intake.lookups import Lookup, References, ids_by_code
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row


def _store(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    if (v["latitude"] is None) != (v["longitude"] is None) and not row.reasons:
        row.wrong("latitude", "only one of latitude and longitude")
    return (
        v["code"],
        v["name"],
        v["line1"],
        v["city"],
        places.region_of(row),
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
    order=10,
    file="stores.csv",
    columns=(
        Column("code", cells.code(20), True),
        Column("name", cells.text(120), True),
        Column("line1", cells.text(120), True),
        Column("city", cells.text(80), True),
        Column("region", cells.text(40), default=""),
        Column("postcode", cells.text(20), default=""),
        Column("country", places.country, True),
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

LOOKUPS = (Lookup("stores", "store", ids_by_code("select code, id from store")),)
SPECS = (STORES,)
