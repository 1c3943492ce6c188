"""users.csv, memberships.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from portal.accounts.imported_people.use_cases import Said, take_over_memberships, take_over_profiles
from portal.accounts.sign_in.names import name_problem
from portal.foundation.money import round_to_minor
from portal.foundation.wording import phone_digits
from portal.intake import cells
from portal.intake.lookups import Known, Lookup, References
from portal.intake.spec import Intake, Spec
from portal.intake.tables import Column, Row


@dataclass(frozen=True)
class UserRef:
    """A person whom a row refers to by mail address."""

    id: int
    name: str
    kind: str


def _user(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    store = refs.find(row, "store_code", "stores")
    if v["kind"] == "store" and v["store_code"] is None:
        row.wrong("store_code", "missing")
    if v["kind"] not in {"store", None} and v["store_code"] is not None:
        row.wrong("store_code", "only for kind store")
    if v["name"] is not None and name_problem(v["name"]) is not None:
        row.wrong("name", "not a person's name")
    return (
        v["email"],
        v["name"],
        v["phone"],
        phone_digits(v["phone"]),
        v["language"],
        v["time_zone"],
        v["kind"],
        store,
    )


def _first_passwords(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """A hash in the file is an initial password; it never replaces one."""
    given = [(r.values["email"], r.values["password_hash"]) for r in rows if r.values["password_hash"]]
    return connection.execute(
        "update app_user u set password_hash = p.hash from unnest(%s::text[], %s::text[]) as p(email, hash) "
        "where u.email = p.email and u.password_hash is null",
        [[email for email, _ in given], [hash_ for _, hash_ in given]],
    ).rowcount


def _profiles(intake: Intake, rows: list[Row]) -> int:
    """What the file says of names, phones, languages and zones, where it says something else than the last time."""
    said = {
        v["email"]: {
            "name": v["name"],
            "phone": v["phone"],
            "language": v["language"],
            "time_zone": v["time_zone"],
        }
        for v in (row.values for row in rows)
    }
    return take_over_profiles(intake.session, said, now=intake.now)


USERS = Spec(
    order=110,
    file="users.csv",
    columns=(
        Column("email", cells.email, True),
        Column("name", cells.text(120), True),
        Column("phone", cells.text(40)),
        Column("language", cells.language, default="en"),
        Column("time_zone", cells.zone, default="UTC"),
        Column("kind", cells.one_of("customer", "rep", "support", "store", "admin"), True),
        Column("store_code", cells.code(20)),
        Column("password_hash", cells.argon2id),
    ),
    key=("email",),
    table="app_user",
    db_columns=("email", "name", "phone", "phone_digits", "language", "time_zone", "kind", "store_id"),
    db_key=("email",),
    convert=_user,
    needs=("stores",),
    shared=("name", "phone", "phone_digits", "language", "time_zone"),
    afterwards=_first_passwords,
    decided=_profiles,
)


def _membership(row: Row, refs: References) -> Sequence[Any]:
    user = refs.find(row, "email", "users")
    if user is not None and user.kind != "customer":
        row.wrong("email", "not a customer")
    company = refs.find(row, "company_code", "companies")
    limit = row.values["order_limit"]
    if company is not None and limit is not None and not cells.fits(limit, company.currency):
        row.wrong("order_limit", "not an amount")
    return user and user.id, company and company.id, row.values["role"]


def _roles_and_limits(intake: Intake, rows: list[Row]) -> int:
    """What the file says of roles and limits, where it says something else than the last time."""
    said = {}
    for row in rows:
        v = row.values
        company, person = intake.refs["companies"][v["company_code"]], intake.refs["users"][v["email"]]
        limit = None if v["order_limit"] is None else round_to_minor(v["order_limit"], company.currency)
        said[person.id, company.id] = Said(row, v["role"], limit)
    return take_over_memberships(intake.session, said, now=intake.now)


MEMBERSHIPS = Spec(
    order=120,
    file="memberships.csv",
    columns=(
        Column("email", cells.email, True),
        Column("company_code", cells.code(20), True),
        Column("role", cells.one_of("viewer", "buyer", "approver", "company_admin"), True),
        Column("order_limit", cells.amount),
    ),
    key=("email", "company_code"),
    table="membership",
    db_columns=("user_id", "company_id", "role"),
    db_key=("user_id", "company_id"),
    convert=_membership,
    needs=("users", "companies"),
    shared=("role",),
    decided=_roles_and_limits,
)


def _users(connection: Connection[Any]) -> Known:
    rows = connection.execute("select email, id, name, kind from app_user")
    return {email: UserRef(*rest) for email, *rest in rows}


LOOKUPS = (Lookup("users", "user", _users),)
SPECS = (USERS, MEMBERSHIPS)
