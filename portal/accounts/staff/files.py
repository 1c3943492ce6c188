"""rep_assignments.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.intake import cells
from portal.intake.lookups import References
from portal.intake.spec import Spec
from portal.intake.tables import Column, Row


def _assignment(row: Row, refs: References) -> Sequence[Any]:
    user = refs.find(row, "email", "users")
    if user is not None and user.kind != "rep":
        row.wrong("email", "not a rep")
    company = refs.find(row, "company_code", "companies")
    return user and user.id, company and company.id


REP_ASSIGNMENTS = Spec(
    order=130,
    file="rep_assignments.csv",
    columns=(Column("email", cells.email, True), Column("company_code", cells.code(20), True)),
    key=("email", "company_code"),
    table="rep_assignment",
    db_columns=("user_id", "company_id"),
    db_key=("user_id", "company_id"),
    convert=_assignment,
    needs=("users", "companies"),
)

SPECS = (REP_ASSIGNMENTS,)
