"""With raw SQL in a customer's request: money can be read as far as it is one's own, and moved not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from tests.builders import Build
from tests.domain.verification.test_database_roles import SCOPE, denied
from tests.pages.billing.test_attacks import Riches, riches

# Every table of the money, and what names a row of it.
TABLES = (
    "autopay",
    "invoice",
    "invoice_dispute",
    "invoice_line",
    "ledger_entry",
    "ledger_transaction",
    "pay_link",
    "payment",
    "payment_attempt",
    "payment_allocation",
    "payment_promise",
    "payment_terms",
    "pay_link_invoice",
    "refund",
    "reminder",
    "saved_method",
    "stripe_dispute",
    "tax_exemption",
)
NOBODYS = ("discrepancy", "stripe_customer", "stripe_event")
HIDDEN = (
    "pay_link.token_hash",
    "payment_attempt.idempotency_key",
    "payment_attempt.checkout_url",
    "payment_attempt.checkout_session_id",
    "payment_attempt.payment_intent_id",
    "payment_attempt.stripe_customer_id",
)
FORBIDDEN = """
insert into tax_rate (region, share) values ('NY', 0)
update tax_rate set share = 0
delete from tax_rate
update invoice set open_minor = 0
update invoice set due_on = '2099-01-01'
update payment set unapplied_minor = 1
update payment_attempt set state = 'succeeded'
update tax_exemption set valid_to = '2099-01-01'
update credit_account set limit_minor = 99999999
update credit_account set on_hold = false
update credit_account set company_id = {C}
alter table invoice disable row level security
alter table ledger_entry disable trigger all
set session_replication_role = replica
select setval('invoice_number_seq', 1)
drop trigger ledger_entry_posted on ledger_entry
""".strip().splitlines()


@pytest.fixture
def ours(build: Build) -> Riches:
    company = build.company("Ours")
    build.user(company)
    return riches(build, company, "ours")


@pytest.fixture
def theirs(build: Build) -> Riches:
    return riches(build, build.company("Theirs"), "theirs")


@pytest.fixture
def customer(ours: Riches, theirs: Riches, engine: Engine) -> Iterator[Connection]:
    """A connection as a request of our buyer has it."""
    with engine.connect() as connection:
        connection.execute(SCOPE, {"company": str(ours.company.id), "person": "1"})
        yield connection


def test_every_table_of_the_money_is_attacked_here(engine: Engine) -> None:
    with engine.connect() as connection:
        found = connection.scalars(
            text(
                "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and "
                "relname ~ '^(autopay|invoice|ledger|pay|refund|remind|saved|stripe|tax|discrep)'"
            )
        )
        assert set(found) == {*TABLES, *NOBODYS, "tax_rate"}


def test_foreign_money_is_not_seen_and_none_is_moved(
    customer: Connection, ours: Riches, theirs: Riches
) -> None:
    for table in TABLES:
        assert not customer.scalar(
            text(f"select count(company_id) from {table} where company_id <> {ours.company.id}")
        ), table
        for statement in (
            f"update {table} set company_id = company_id",
            f"delete from {table}",
            f"truncate {table}",
            f"insert into {table} (company_id) values ({ours.company.id})",
        ):
            assert denied(customer, statement), statement
    seen = [t for t in TABLES if customer.scalar(text(f"select count(company_id) from {t}"))]
    assert set(TABLES) - set(seen) == {
        "payment_terms",
        "refund",
        "reminder",
        "stripe_dispute",
    }  # there are none
    for table in NOBODYS:
        assert denied(customer, f"select 1 from {table}"), table
    for column in HIDDEN:
        table, name = column.split(".")
        assert denied(customer, f"select {name} from {table}"), column
    for statement in FORBIDDEN:
        assert denied(customer, statement.format(C=ours.company.id)), statement


def test_no_function_lends_the_owners_rights_to_money(engine: Engine) -> None:
    """Functions with their owner's rights that a customer's request may call: those known to touch no money."""
    with engine.connect() as connection:
        callable_ones = set(
            connection.scalars(
                text(
                    "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef and "
                    "prorettype <> 'trigger'::regtype and has_function_privilege('portal_customer', oid, 'execute')"
                )
            )
        )
    assert callable_ones == {
        "procrastinate_defer_jobs_v1",
        "companies_in_sight",
        "store_queue",
        "own_companies",
        "person_to_invite",
        "lock_stock",
        "hold_stock",
        "forget_second_factor",
        "administers_company",
        "book_pickup",
        "unbook_pickup",
    }


def test_without_a_company_no_money_is_seen(engine: Engine, ours: Riches) -> None:
    for company in ("", "0"):
        with engine.connect() as connection:
            connection.execute(SCOPE, {"company": company, "person": "1"})
            for table in TABLES:
                assert not connection.scalar(text(f"select count(company_id) from {table}")), table
