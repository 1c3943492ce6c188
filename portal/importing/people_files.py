"""users.csv, memberships.csv, rep_assignments.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from portal.accounts.phones import phone_digits
from portal.foundation.money import exponent, round_to_minor
from portal.importing import cells
from portal.importing.files import Column, Row
from portal.importing.references import References
from portal.importing.specs import Spec, look_up


def _user(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    store = look_up(row, "store_code", refs.stores, "store")
    if v["kind"] == "store" and v["store_code"] is None:
        row.wrong("store_code", "missing")
    if v["kind"] not in {"store", None} and v["store_code"] is not None:
        row.wrong("store_code", "only for kind store")
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
    """A hash in the file is a first password; whoever has one keeps it."""
    given = [(r.values["email"], r.values["password_hash"]) for r in rows if r.values["password_hash"]]
    return connection.execute(
        "update app_user u set password_hash = p.hash from unnest(%s::text[], %s::text[]) as p(email, hash) "
        "where u.email = p.email and u.password_hash is null",
        [[email for email, _ in given], [hash_ for _, hash_ in given]],
    ).rowcount


USERS = Spec(
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
    afterwards=_first_passwords,
)


def _membership(row: Row, refs: References) -> Sequence[Any]:
    user = look_up(row, "email", refs.users, "user")
    if user is not None and user.kind != "customer":
        row.wrong("email", "not a customer")
    company = look_up(row, "company_code", refs.companies, "company")
    limit = row.values["order_limit"]
    if company is not None and limit is not None and -limit.as_tuple().exponent > exponent(company.currency):
        row.wrong("order_limit", "not an amount")
    return user and user.id, company and company.id, row.values["role"]


def _order_limits(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """A file without limits takes away none that an administrator gave."""
    given = []
    for v in (row.values for row in rows if row.values["order_limit"] is not None):
        company = refs.companies[v["company_code"]]
        limit = round_to_minor(v["order_limit"], company.currency)
        given.append((refs.users[v["email"]].id, company.id, limit))
    if not given:
        return 0
    return connection.execute(
        "update membership m set order_limit_minor = g.minor "
        "from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) as g(person, company, minor) "
        "where m.user_id = g.person and m.company_id = g.company and m.order_limit_minor is distinct from g.minor",
        list(map(list, zip(*given, strict=True))),
    ).rowcount


MEMBERSHIPS = Spec(
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
    afterwards=_order_limits,
)


def _assignment(row: Row, refs: References) -> Sequence[Any]:
    user = look_up(row, "email", refs.users, "user")
    if user is not None and user.kind != "rep":
        row.wrong("email", "not a rep")
    company = look_up(row, "company_code", refs.companies, "company")
    return user and user.id, company and company.id


REP_ASSIGNMENTS = Spec(
    file="rep_assignments.csv",
    columns=(Column("email", cells.email, True), Column("company_code", cells.code(20), True)),
    key=("email", "company_code"),
    table="rep_assignment",
    db_columns=("user_id", "company_id"),
    db_key=("user_id", "company_id"),
    convert=_assignment,
    needs=("users", "companies"),
)
