"""Regions and countries of addresses, stores, tax rates and certificates as codes: Illinois becomes IL

What is no region of its country stays as it is, and ``portal verify`` lists it. Where a rate of the code is there
already, the other one stays as well. What was ordered and invoiced keeps its words. Old code goes on working: it reads codes
as it reads names, and what it writes meanwhile is what its file says.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.places.countries import country_code
from portal.places.regions import UnknownRegion, any_region, region_code

revision = "0031b"
down_revision = "0032"
branch_labels = None
depends_on = None

PLACES = ("address", "store")
# Regions without a country. A rate of the code from the same day is the one that holds.
TAX = {
    "tax_rate": "and not exists (select from tax_rate o where o.region = :code and o.valid_from = t.valid_from)",
    "tax_exemption": "",
}


# Nothing is written beside it, so that no row is left out.
ALONE = "lock table address, store, tax_rate, tax_exemption in share row exclusive mode"


def upgrade() -> None:
    op.execute(ALONE)
    translate(op.get_bind())


def translate(connection: sa.Connection) -> None:
    """Every region and country that is not written as its code."""
    for table in PLACES:
        _translate_places(connection, table)
    for table, unless in TAX.items():
        for (region,) in connection.execute(sa.text(f"select distinct region from {table}")).all():
            code = any_region(region).upper()
            if code != region:
                change = sa.text(f"update {table} t set region = :code where region = :region {unless}")
                connection.execute(change, {"code": code, "region": region})


def _translate_places(connection: sa.Connection, table: str) -> None:
    change = sa.text(
        f"update {table} set region = :code, country = :letters where region = :region and country = :country"
    )
    for region, country in connection.execute(sa.text(f"select distinct region, country from {table}")).all():
        code, letters = _translated(region, country)
        if (code, letters) != (region, country):
            connection.execute(
                change, {"code": code, "letters": letters, "region": region, "country": country}
            )


def _translated(region: str, country: str) -> tuple[str, str]:
    letters = country_code(country) or country
    try:
        return region_code(region, letters), letters
    except UnknownRegion:
        return region, letters


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
