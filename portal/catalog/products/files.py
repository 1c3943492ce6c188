"""products.csv, variants.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from portal.catalog.sku import sku_key
from portal.intake import cells
from portal.intake.lookups import Known, Lookup, References, ids_by_code
from portal.intake.spec import OwnReference, Spec, plain
from portal.intake.tables import Column, Row


@dataclass(frozen=True)
class VariantRef:
    """A variant that a row refers to by its SKU."""

    id: int
    name: str
    unit: str
    tintable: bool


PRODUCTS = Spec(
    order=50,
    file="products.csv",
    columns=(
        Column("code", cells.item_number(40), True),
        Column("name", cells.text(160), True),
        Column("category", cells.text(80), default=""),
        Column("description", cells.text(4000, paragraphs=True), default=""),
        Column("data_sheet_url", cells.web_address),
        Column("tintable", cells.yes_no, default=False),
    ),
    key=("code",),
    table="product",
    db_columns=("code", "name", "category", "description", "data_sheet_url", "tintable"),
    db_key=("code",),
    convert=plain("code", "name", "category", "description", "data_sheet_url", "tintable"),
)


def _variant(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    product = refs.find(row, "product_code", "products")
    replacement = v["replacement_sku"]
    if replacement is not None and replacement == v["sku"]:
        row.wrong("replacement_sku", "is the variant itself")
    elif replacement is not None and v["discontinued_on"] is None:
        row.wrong("replacement_sku", "the variant is not discontinued")
    return (
        v["sku"],
        product,
        v["name"],
        v["size"],
        v["sheen"],
        v["base"],
        v["unit"],
        v["pack_size"],
        v["discontinued_on"],
    )


def _alike_skus(rows: list[Row], refs: References) -> None:
    """SKUs that differ only in case or dashes would be found by the same typing."""
    there = {sku_key(sku): sku for sku in refs["variants"]}
    seen: dict[str, Row] = {}
    for row in rows:
        if row.reasons:
            continue
        sku = row.values["sku"]
        if sku in refs["variants"]:
            continue
        key = sku_key(sku)
        if key in there:
            row.wrong("sku", f"too like SKU {there[key]}")
        elif (other := seen.setdefault(key, row)) is not row:
            row.wrong("sku", f"too like SKU of row {other.number}")


VARIANTS = Spec(
    order=60,
    file="variants.csv",
    columns=(
        Column("sku", cells.item_number(40), True),
        Column("product_code", cells.item_number(40), True),
        Column("name", cells.text(200), True),
        Column("size", cells.text(40), default=""),
        Column("sheen", cells.text(40), default=""),
        Column("base", cells.text(40), default=""),
        Column("unit", cells.text(20), default="each"),
        Column("pack_size", cells.integer(1, 100_000), default=1),
        Column("discontinued_on", cells.day),
        Column("replacement_sku", cells.item_number(40)),
    ),
    key=("sku",),
    table="variant",
    db_columns=(
        "sku",
        "product_id",
        "name",
        "size",
        "sheen",
        "tint_base",
        "unit",
        "pack_size",
        "discontinued_on",
    ),
    db_key=("sku",),
    convert=_variant,
    needs=("products", "variants"),
    own_reference=OwnReference("replacement_sku", "replacement_id", "variants"),
    whole_file=_alike_skus,
)


def _variants(connection: Connection[Any]) -> Known:
    rows = connection.execute(
        "select v.sku, v.id, v.name, v.unit, p.tintable from variant v join product p on p.id = v.product_id"
    )
    return {sku: VariantRef(*rest) for sku, *rest in rows}


LOOKUPS = (
    Lookup("products", "product", ids_by_code("select code, id from product")),
    Lookup("variants", "variant", _variants),
)
SPECS = (PRODUCTS, VARIANTS)
