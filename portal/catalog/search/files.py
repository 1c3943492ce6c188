"""part_numbers.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.catalog.sku import sku_key
from portal.intake import cells
from portal.intake.lookups import References
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row


def _part_number(row: Row, refs: References) -> Sequence[Any]:
    company = refs.find(row, "company_code", "companies")
    variant = refs.find(row, "sku", "variants")
    number = row.values["part_number"] or ""
    if number and not sku_key(number):
        row.wrong("part_number", "has neither letter nor digit")
    return company and company.id, sku_key(number), number, variant and variant.id


PART_NUMBERS = Spec(
    order=160,
    file="part_numbers.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("sku", cells.item_number(40), True),
        Column("part_number", cells.text(60), True),
    ),
    key=("company_code", "part_number"),
    table="part_number",
    db_columns=("company_id", "part_key", "part_number", "variant_id"),
    db_key=("company_id", "part_key"),
    convert=_part_number,
    needs=("companies", "variants"),
)

SPECS = (PART_NUMBERS,)
