"""price_lists.csv, prices.csv, contract_prices.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from portal.intake import cells
from portal.intake.lookups import Known, Lookup, References
from portal.intake.spec import BEGINNING, Spec, check_period
from portal.intake.tables import Column, Row


@dataclass(frozen=True)
class PriceListRef:
    """A price list that a row refers to by its code."""

    id: int
    currency: str


def _price_list(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    known = refs["price_lists"].get(v["code"])
    if known is not None and v["currency"] not in {None, known.currency}:
        row.wrong("currency", f"the price list is there with {known.currency}")
    return v["code"], v["name"], v["currency"]


PRICE_LISTS = Spec(
    order=70,
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
    price_list = refs.find(row, "price_list", "price_lists")
    variant = refs.find(row, "sku", "variants")
    return (
        price_list and price_list.id,
        variant and variant.id,
        v["min_quantity"],
        v["unit_price"],
        v["valid_from"],
        v["valid_to"],
    )


PRICES = Spec(
    order=80,
    file="prices.csv",
    columns=(
        Column("price_list", cells.code(20), True),
        Column("sku", cells.item_number(40), True),
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
    company = refs.find(row, "company_code", "companies")
    variant = refs.find(row, "sku", "variants")
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
    order=150,
    file="contract_prices.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("sku", cells.item_number(40), True),
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


def _price_lists(connection: Connection[Any]) -> Known:
    rows = connection.execute("select code, id, currency from price_list")
    return {code: PriceListRef(*rest) for code, *rest in rows}


LOOKUPS = (Lookup("price_lists", "price list", _price_lists),)
SPECS = (PRICE_LISTS, PRICES, CONTRACT_PRICES)
