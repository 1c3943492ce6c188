"""colours.csv, products.csv, variants.csv, price_lists.csv, prices.csv, contract_prices.csv, part_numbers.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.catalog.sku import sku_key
from portal.importing import cells
from portal.importing.files import Column, Row
from portal.importing.references import References
from portal.importing.specs import BEGINNING, Spec, check_period, look_up


def _plain(*names: str) -> Any:
    def convert(row: Row, refs: References) -> Sequence[Any]:
        return tuple(row.values[name] for name in names)

    return convert


COLOURS = Spec(
    file="colours.csv",
    columns=(
        Column("number", cells.code(20), True),
        Column("name", cells.text(80), True),
        Column("hex", cells.hex_colour, True),
        Column("family", cells.text(40), default=""),
    ),
    key=("number",),
    table="colour",
    db_columns=("number", "name", "hex", "family"),
    db_key=("number",),
    convert=_plain("number", "name", "hex", "family"),
)

PRODUCTS = Spec(
    file="products.csv",
    columns=(
        Column("code", cells.code(40), True),
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
    convert=_plain("code", "name", "category", "description", "data_sheet_url", "tintable"),
)


def _variant(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    product = look_up(row, "product_code", refs.products, "product")
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
    there = {sku_key(sku): sku for sku in refs.variants}
    seen: dict[str, Row] = {}
    for row in rows:
        if row.reasons:
            continue
        sku = row.values["sku"]
        if sku in refs.variants:
            continue
        key = sku_key(sku)
        if key in there:
            row.wrong("sku", f"too like SKU {there[key]}")
        elif (other := seen.setdefault(key, row)) is not row:
            row.wrong("sku", f"too like SKU of row {other.number}")


VARIANTS = Spec(
    file="variants.csv",
    columns=(
        Column("sku", cells.code(40), True),
        Column("product_code", cells.code(40), True),
        Column("name", cells.text(200), True),
        Column("size", cells.text(40), default=""),
        Column("sheen", cells.text(40), default=""),
        Column("base", cells.text(40), default=""),
        Column("unit", cells.text(20), default="each"),
        Column("pack_size", cells.integer(1, 100_000), default=1),
        Column("discontinued_on", cells.day),
        Column("replacement_sku", cells.code(40)),
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
    points_at_itself=("replacement_sku", "replacement_id"),
    whole_file=_alike_skus,
)


def _price_list(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    known = refs.price_lists.get(v["code"])
    if known is not None and v["currency"] not in {None, known[1]}:
        row.wrong("currency", f"the price list is there with {known[1]}")
    return v["code"], v["name"], v["currency"]


PRICE_LISTS = Spec(
    file="price_lists.csv",
    columns=(
        Column("code", cells.code(20), True),
        Column("name", cells.text(80), True),
        Column("currency", cells.currency, True),
    ),
    key=("code",),
    table="price_list",
    db_columns=("code", "name", "currency"),
    db_key=("code",),
    convert=_price_list,
    needs=("price_lists",),
)


def _price(row: Row, refs: References) -> Sequence[Any]:
    check_period(row)
    v = row.values
    price_list = look_up(row, "price_list", refs.price_lists, "price list")
    variant = look_up(row, "sku", refs.variants, "variant")
    return (
        price_list and price_list[0],
        variant and variant.id,
        v["min_quantity"],
        v["unit_price"],
        v["valid_from"],
        v["valid_to"],
    )


PRICES = Spec(
    file="prices.csv",
    columns=(
        Column("price_list", cells.code(20), True),
        Column("sku", cells.code(40), True),
        Column("min_quantity", cells.integer(1, 1_000_000), default=1),
        Column("unit_price", cells.price, True),
        Column("valid_from", cells.day, default=BEGINNING),
        Column("valid_to", cells.day),
    ),
    key=("price_list", "sku", "min_quantity", "valid_from"),
    table="list_price",
    db_columns=("price_list_id", "variant_id", "min_quantity", "unit_price", "valid_from", "valid_to"),
    db_key=("variant_id", "price_list_id", "min_quantity", "valid_from"),
    convert=_price,
    needs=("price_lists", "variants"),
)


def _contract_price(row: Row, refs: References) -> Sequence[Any]:
    check_period(row)
    v = row.values
    company = look_up(row, "company_code", refs.companies, "company")
    variant = look_up(row, "sku", refs.variants, "variant")
    return (
        company and company.id,
        variant and variant.id,
        v["contract"],
        v["min_quantity"],
        v["unit_price"],
        v["valid_from"],
        v["valid_to"],
    )


CONTRACT_PRICES = Spec(
    file="contract_prices.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("sku", cells.code(40), True),
        Column("min_quantity", cells.integer(1, 1_000_000), default=1),
        Column("unit_price", cells.price, True),
        Column("valid_from", cells.day, default=BEGINNING),
        Column("valid_to", cells.day),
        Column("contract", cells.text(60), default=""),
    ),
    key=("company_code", "contract", "sku", "min_quantity", "valid_from"),
    table="contract_price",
    db_columns=(
        "company_id",
        "variant_id",
        "contract",
        "min_quantity",
        "unit_price",
        "valid_from",
        "valid_to",
    ),
    db_key=("company_id", "variant_id", "contract", "min_quantity", "valid_from"),
    convert=_contract_price,
    needs=("companies", "variants"),
)


def _part_number(row: Row, refs: References) -> Sequence[Any]:
    company = look_up(row, "company_code", refs.companies, "company")
    variant = look_up(row, "sku", refs.variants, "variant")
    number = row.values["part_number"] or ""
    if number and not sku_key(number):
        row.wrong("part_number", "has neither letter nor digit")
    return company and company.id, sku_key(number), number, variant and variant.id


PART_NUMBERS = Spec(
    file="part_numbers.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("sku", cells.code(40), True),
        Column("part_number", cells.text(60), True),
    ),
    key=("company_code", "part_number"),
    table="part_number",
    db_columns=("company_id", "part_key", "part_number", "variant_id"),
    db_key=("company_id", "part_key"),
    convert=_part_number,
    needs=("companies", "variants"),
)
