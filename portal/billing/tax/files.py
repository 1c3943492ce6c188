"""tax_rates.csv, tax_exemptions.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from portal.billing.models.tax import ACCEPTED, WAITING
from portal.intake import cells, places
from portal.intake.lookups import Known, Lookup, References
from portal.intake.spec import BEGINNING, Spec, check_period
from portal.intake.tables import Column, Row
from portal.intake.upsert import Written


def _rate(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    share = None if v["percent"] is None else v["percent"].scaleb(-2)
    return v["region"] or "", v["valid_from"], v["name"] or "", share


TAX_RATES = Spec(
    order=180,
    file="tax_rates.csv",
    columns=(
        Column("region", places.region, True),
        Column("name", cells.text(80), True),
        Column("percent", cells.percent, True),
        Column("valid_from", cells.day, default=BEGINNING),
    ),
    key=("region", "valid_from"),
    table="tax_rate",
    db_columns=("region", "valid_from", "name", "share"),
    db_key=("region", "valid_from"),
    convert=_rate,
)


def _exemption(row: Row, refs: References) -> Sequence[Any]:
    check_period(row)
    v = row.values
    if refs["tax_regions"] and v["region"] and v["region"] not in refs["tax_regions"]:
        row.wrong("region", "no tax rate of it, so the certificate would never apply")
    company = refs.find(row, "company_code", "companies")
    return (
        company and company.id,
        v["region"] or "",
        v["certificate_number"],
        v["valid_from"],
        v["valid_to"],
        v["exempt_for"],
    )


# The seller's file is the seller's word: what it holds is accepted, also what waits to be. Apart from that, rows that are
# there already are people's: a certificate that was withdrawn, refused or ended stays so.
_NEW = f"""
insert into tax_exemption (company_id, region, certificate_number, valid_from, valid_to, reason, added_by_name, added_at,
                           state, counts_from)
select k.*, 'Imported', now(), '{ACCEPTED}', now()
  from unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::date[], %s::text[])
       as k(company_id, region, certificate_number, valid_from, valid_to, reason)
 where not exists (select from tax_exemption t where (t.company_id, t.region, t.certificate_number, t.valid_from)
                     = (k.company_id, k.region, k.certificate_number, k.valid_from))
"""

_WAITING = f"""
update tax_exemption t set state = '{ACCEPTED}', counts_from = coalesce(counts_from, now()), decided_at = now(),
       decided_by_name = 'Import'
  from unnest(%s::bigint[], %s::text[], %s::text[], %s::date[]) as k(company_id, region, certificate_number, valid_from)
 where (t.company_id, t.region, t.certificate_number, t.valid_from)
     = (k.company_id, k.region, k.certificate_number, k.valid_from) and t.state = '{WAITING}' and t.ended_at is null
"""


def _write_exemptions(connection: Connection[Any], rows: list[Sequence[Any]]) -> Written:
    if not rows:
        return Written()
    columns = [list(column) for column in zip(*rows, strict=True)]
    changed = connection.execute(_WAITING, columns[:4]).rowcount
    added = connection.execute(_NEW, columns).rowcount
    return Written(added=added, changed=changed, unchanged=len(rows) - added - changed)


TAX_EXEMPTIONS = Spec(
    order=190,
    file="tax_exemptions.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("region", places.region, True),
        Column("certificate_number", cells.text(60), True),
        Column(
            "exempt_for", cells.one_of("resale", "government", "nonprofit", "manufacturing", "other"), True
        ),
        Column("valid_from", cells.day, True),
        Column("valid_to", cells.day, True),
    ),
    key=("company_code", "region", "certificate_number", "valid_from"),
    table="tax_exemption",
    db_columns=("company_id", "region", "certificate_number", "valid_from", "valid_to", "reason"),
    db_key=("company_id", "region", "certificate_number", "valid_from"),
    convert=_exemption,
    needs=("companies", "tax_regions"),
    write=_write_exemptions,
)


def _exemptions(connection: Connection[Any]) -> Known:
    """By company and number of the certificate: what is copied onto an order."""
    rows = connection.execute(
        "select company_id, region, reason, certificate_number, valid_from::text, valid_to::text "
        "from tax_exemption where ended_at is null and counts_from is not null order by valid_from, id"
    )
    names = ("region", "reason", "certificate_number", "valid_from", "valid_to")
    return {(company, rest[2]): dict(zip(names, rest, strict=True)) for company, *rest in rows}


def _rounding(connection: Connection[Any]) -> Known:
    """Where taxes are rounded, by the seller's setting."""
    row = connection.execute("select coalesce(current_setting('app.tax_rounding', true), '')").fetchone()
    return {"by_document": row == ("document",)}


def _regions(connection: Connection[Any]) -> Known:
    """Regions with a rate."""
    return {region: True for (region,) in connection.execute("select distinct upper(region) from tax_rate")}


LOOKUPS = (
    Lookup("tax_regions", "tax region", _regions),
    Lookup("exemptions", "certificate", _exemptions),
    Lookup("tax_rounding", "way of rounding", _rounding),
)
SPECS = (TAX_RATES, TAX_EXEMPTIONS)
