"""jobs.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from portal.intake import cells
from portal.intake.lookups import Known, Lookup, References
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row


def _job(row: Row, refs: References) -> Sequence[Any]:
    company = refs.find(row, "company_code", "companies")
    return company and company.id, row.values["name"], row.values["po_number"]


JOBS = Spec(
    order=140,
    file="jobs.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("name", cells.text(120), True),
        Column("po_number", cells.text(40), default=""),
    ),
    key=("company_code", "name"),
    table="company_job",
    db_columns=("company_id", "name", "po_number"),
    db_key=("company_id", "name"),
    convert=_job,
    needs=("companies",),
)


def _jobs(connection: Connection[Any]) -> Known:
    rows = connection.execute("select company_id, name, id from company_job")
    return {(company, name): id_ for company, name, id_ in rows}


LOOKUPS = (Lookup("jobs", "job", _jobs),)
SPECS = (JOBS,)
