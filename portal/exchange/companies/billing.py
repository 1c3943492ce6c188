"""How companies are named on documents, as rows of companies.csv say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from portal.intake import cells, places
from portal.intake.tables import Column, Values

# By column of the file: what it is called in ``company.bill_as``.
NAMES = {
    "legal_name": "legal_name",
    "tax_number": "tax_number",
    "billing_line1": "line1",
    "billing_line2": "line2",
    "billing_city": "city",
    "billing_region": "region",
    "billing_postcode": "postcode",
    "billing_country": "country",
}
COLUMNS = (
    Column("legal_name", cells.text(160)),
    Column("tax_number", cells.text(40)),
    Column("billing_line1", cells.text(120)),
    Column("billing_line2", cells.text(120)),
    Column("billing_city", cells.text(80)),
    Column("billing_region", cells.text(40)),
    Column("billing_postcode", cells.text(20)),
    Column("billing_country", places.country),
)
# Only what a file newly says changes what somebody decided in the portal.
_TELL = """
update company c set bill_as = t.told, bill_as_told = t.told
  from unnest(%s::bigint[], %s::jsonb[]) as t(id, told)
 where c.id = t.id and t.told <> '{}' and c.bill_as_told <> t.told
"""


def write_billing_details(connection: Connection[Any], rows: Mapping[int, Values]) -> int:
    """Names and addresses by company, of companies whose row says something new of them.

    :returns: how many changed.
    """
    told = {company_id: _told(values) for company_id, values in rows.items()}
    return connection.execute(_TELL, [list(told), [Jsonb(each) for each in told.values()]]).rowcount


def _told(values: Values) -> dict[str, str]:
    return {name: str(values[column]) for column, name in NAMES.items() if values[column]}
