"""colours.csv."""

from __future__ import annotations

from portal.intake import cells
from portal.intake.lookups import Lookup, ids_by_code
from portal.intake.spec import Spec, plain
from portal.intake.tables import Column

COLOURS = Spec(
    order=40,
    file="colours.csv",
    columns=(
        Column("number", cells.item_number(20), True),
        Column("name", cells.text(80), True),
        Column("hex", cells.hex_colour, True),
        Column("family", cells.text(40), default=""),
    ),
    key=("number",),
    table="colour",
    db_columns=("number", "name", "hex", "family"),
    db_key=("number",),
    convert=plain("number", "name", "hex", "family"),
)

LOOKUPS = (Lookup("colours", "colour", ids_by_code("select number, hex from colour")),)
SPECS = (COLOURS,)
