"""``portal verify`` and ``/readyz`` on a database whose roles have lost rights, or have too many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine

from portal.foundation.postgres import migrate
from portal.verification.run import verify

# check → (what breaks it, what undoes that, what it must name)
BREAKS = {
    "rights": [
        (
            "revoke insert on sales_order from portal_customer",
            "grant insert on sales_order to portal_customer",
            "sales_order to portal_customer",
        ),
        (
            "revoke insert on invoice from portal_books",
            "grant insert on invoice to portal_books",
            "invoice to portal_books",
        ),
        (
            "revoke update (phone) on app_user from portal_customer",
            "grant update (phone) on app_user to portal_customer",
            "on app_user to portal_customer",
        ),
        (
            "revoke portal_customer from portal_books",
            "grant portal_customer to portal_books",
            "grant portal_customer to portal_books",
        ),
        (
            "alter policy own_company on payment rename to kept_apart",
            "alter policy kept_apart on payment rename to own_company",
            "create policy own_company on payment",
        ),
        (
            "revoke execute on function own_companies() from portal_customer",
            "grant execute on function own_companies() to portal_customer",
            "execute on function own_companies()",
        ),
    ],
    "rights_beyond": [
        (
            "grant select on outbound_mail to portal_books",
            "revoke select on outbound_mail from portal_books",
            "outbound_mail to portal_books",
        ),
        (
            "create policy everybody on payment for select to portal_customer using (true)",
            "drop policy everybody on payment",
            "create policy everybody on payment",
        ),
    ],
}
CASES = [(name, *case) for name, cases in BREAKS.items() for case in cases]


@contextmanager
def broken(engine: Engine, sql: str, undone: str) -> Iterator[None]:
    with engine.begin() as connection:
        connection.exec_driver_sql(sql)
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(undone)


@pytest.mark.parametrize(("name", "sql", "undone", "said"), CASES)
def test_what_roles_lack_or_have_beyond_is_named(
    engine: Engine, name: str, sql: str, undone: str, said: str
) -> None:
    with broken(engine, sql, undone):
        rows = {each.check.name: [row[0] for row in each.rows] for each in verify(engine).findings}
    assert any(said in str(row) for row in rows.get(name, [])), rows
    assert verify(engine).ok


def test_a_portal_whose_customers_would_see_errors_is_not_ready_and_migrating_mends_it(app: Flask) -> None:
    """Seen failing with /readyz asking for the migration only, and with migrate at rest at the newest migration."""
    engine, client = app.extensions["engine"], app.test_client()
    grant = "grant insert on sales_order to portal_customer"
    with broken(engine, "revoke insert on sales_order from portal_customer", grant):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.get_json()) == (
            503,
            {"status": "roles or rights are missing in the database; run portal migrate"},
        )
        said: list[str] = []
        assert migrate.upgrade(engine, said.append) is True
        assert client.get("/readyz").status_code == 200
        assert said == [
            "Rights of the database's roles that were missing, as after a restore, are given again: 1."
        ]
