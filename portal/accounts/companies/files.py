"""addresses.csv, and the companies that rows refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from portal.intake import cells, places
from portal.intake.lookups import Known, Lookup, References
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row


@dataclass(frozen=True)
class CompanyRef:
    """A company that a row refers to by its code; ``parent`` is a code, too."""

    id: int
    name: str
    currency: str
    account_kind: str
    parent: str | None


def _address(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    company = refs.find(row, "company_code", "companies")
    return (
        company and company.id,
        v["label"],
        v["recipient"] or (company.name if company else ""),
        v["line1"],
        v["line2"],
        v["city"],
        places.region_of(row),
        v["postcode"],
        v["country"],
        v["is_default"],
    )


def _one_default(rows: list[Row], refs: References) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.reasons or not row.values["is_default"]:
            continue
        other = first.setdefault(row.values["company_code"], row.number)
        if other != row.number:
            row.wrong("is_default", f"row {other} is already the default")


def _no_other_default(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """The default of the file replaces the one that was there."""
    chosen = [
        (refs["companies"][r.values["company_code"]].id, r.values["label"])
        for r in rows
        if r.values["is_default"]
    ]
    return connection.execute(
        "update address a set is_default = false from unnest(%s::bigint[], %s::text[]) as d(company_id, label) "
        "where a.company_id = d.company_id and a.label <> d.label and a.is_default",
        [[company for company, _ in chosen], [label for _, label in chosen]],
    ).rowcount


ADDRESSES = Spec(
    order=100,
    file="addresses.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("label", cells.text(60), True),
        Column("recipient", cells.text(120)),
        Column("line1", cells.text(120), True),
        Column("line2", cells.text(120), default=""),
        Column("city", cells.text(80), True),
        Column("region", cells.text(40), default=""),
        Column("postcode", cells.text(20), default=""),
        Column("country", places.country, True),
        Column("is_default", cells.yes_no, default=False),
    ),
    key=("company_code", "label"),
    table="address",
    db_columns=(
        "company_id",
        "label",
        "recipient",
        "line1",
        "line2",
        "city",
        "region",
        "postcode",
        "country",
        "is_default",
    ),
    db_key=("company_id", "label"),
    convert=_address,
    needs=("companies",),
    whole_file=_one_default,
    afterwards=_no_other_default,
)


def _companies(connection: Connection[Any]) -> Known:
    rows = connection.execute(
        "select c.code, c.id, c.name, c.currency, c.account_kind, p.code "
        "from company c left join company p on p.id = c.parent_id"
    )
    return {code: CompanyRef(*rest) for code, *rest in rows}


def _addresses(connection: Connection[Any]) -> Known:
    """By company and label: what is copied onto an order."""
    rows = connection.execute(
        "select company_id, label, recipient, line1, line2, city, region, postcode, country from address"
    )
    names = ("label", "recipient", "line1", "line2", "city", "region", "postcode", "country")
    return {(company, rest[0]): dict(zip(names, rest, strict=True)) for company, *rest in rows}


LOOKUPS = (Lookup("companies", "company", _companies), Lookup("addresses", "address", _addresses))
SPECS = (ADDRESSES,)
