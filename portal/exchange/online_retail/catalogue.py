"""Products, prices and companies, derived from the lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psycopg import Connection

from portal.foundation.money import line_total
from portal.intake.lookups import References
from portal.intake.spec import BEGINNING
from portal.intake.upsert import Written, upsert

CURRENCY = "GBP"
PRICE_LIST = "WHOLESALE"
COUNTER = "COUNTER-SALES"
# Named by its last description, priced as last sold.
_CATALOGUE = """
select sku, coalesce((array_agg(description order by row_no desc)
                        filter (where description <> '' and price > 0 and quantity > 0))[1],
                     (array_agg(description order by row_no desc) filter (where description <> ''))[1], sku),
       (array_agg(price order by row_no desc) filter (where price > 0 and quantity > 0))[1]
  from stage group by sku
"""
_COMPANIES = """
select customer, (array_agg(country order by row_no desc))[1]
  from stage where customer is not null group by customer
"""


def write_catalogue(connection: Connection[Any], refs: References) -> Written:
    """A product and a variant for each stock code, with its price."""
    rows = connection.execute(_CATALOGUE).fetchall()
    with connection.transaction():
        products = [(sku, name, "Wholesale") for sku, name, _ in rows]
        written = upsert(connection, "product", ("code", "name", "category"), ("code",), products)
        refs.load(connection, "products")
        variants = [(sku, refs["products"][sku], name) for sku, name, _ in rows]
        upsert(connection, "variant", ("sku", "product_id", "name"), ("sku",), variants)
        refs.load(connection, "variants")
        _write_prices(connection, refs, [(sku, price) for sku, _, price in rows if price])
    return written


def _write_prices(
    connection: Connection[Any], refs: References, prices: Sequence[tuple[str, Decimal]]
) -> None:
    lists = [(PRICE_LIST, "Wholesale prices, as last sold", CURRENCY)]
    upsert(connection, "price_list", ("code", "name", "currency"), ("code",), lists)
    refs.load(connection, "price_lists")
    list_id = refs["price_lists"][PRICE_LIST].id
    upsert(
        connection,
        "list_price",
        ("price_list_id", "variant_id", "min_quantity", "unit_price", "valid_from"),
        ("variant_id", "price_list_id", "min_quantity", "valid_from"),
        [(list_id, refs["variants"][sku].id, 1, price, BEGINNING) for sku, price in prices],
    )


_LIMITS = """
    insert into credit_account (company_id, currency, limit_minor)
    select id, currency, %s from company where code = any(%s) on conflict do nothing
"""


def write_companies(connection: Connection[Any], refs: References, credit_limit: Decimal) -> Written:
    """A company for each customer number, and one for the sales over the counter.

    :param credit_limit: in major units, of each new company.
    """
    list_id = refs["price_lists"][PRICE_LIST].id
    companies = [
        (customer, f"Customer {customer}, {country}", CURRENCY, list_id, "trade")
        for customer, country in connection.execute(_COMPANIES)
    ]
    companies.append((COUNTER, "Counter sales", CURRENCY, list_id, "counter"))
    columns = ("code", "name", "currency", "price_list_id", "account_kind")
    with connection.transaction():
        written = upsert(connection, "company", columns, ("code",), companies)
        limit = line_total(credit_limit, 1, CURRENCY)
        connection.execute(_LIMITS, [limit, [company[0] for company in companies]])
    refs.load(connection, "companies")
    return written
