"""With raw SQL as a customer's role: links that sign in, people of others, stock, mails, sessions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from portal.accounts.models import User
from tests.builders import Build
from tests.domain.verification.test_database_roles import SCOPE, denied, world
from tests.placed_orders import Counter

BOOKS = text("select set_config('role', 'portal_books', true)")
# Every table that the books' role may write and a customer's may not, with a company's column.
BOOKKEEPING = (
    "autopay",
    "credit_account",
    "discrepancy",
    "invoice",
    "invoice_dispute",
    "pay_link",
    "payment",
    "payment_attempt",
    "payment_promise",
    "payment_terms",
    "refund",
    "saved_method",
    "stripe_customer",
    "stripe_dispute",
    "tax_exemption",
)


@pytest.fixture
def theirs(build: Build) -> Counter:
    return world(build, "theirs")


@pytest.fixture
def ours(build: Build, theirs: Counter) -> Counter:
    return world(build, "ours")


@pytest.fixture
def admin(ours: Counter) -> User:
    return ours.build.user(ours.company, role="company_admin")


@pytest.fixture
def customer(ours: Counter, engine: Engine) -> Iterator[Connection]:
    """A connection as a request of our buyer has it."""
    with engine.connect() as connection:
        connection.execute(SCOPE, {"company": str(ours.company.id), "person": str(ours.buyer.id)})
        yield connection


def link(purpose: str, user_id: int, company_id: int) -> str:
    return (
        "insert into one_time_token (token_hash, purpose, user_id, company_id, created_at, expires_at) "
        f"values (sha256('T'), '{purpose}', {user_id}, {company_id}, now(), now() + '1 hour')"
    )


def mail(kind: str, address: str, company_id: int) -> str:
    return (
        "insert into outbound_mail (key, kind, to_email, data, company_id) "
        f"values ('{kind}:{address}', '{kind}', '{address}', '{{}}', {company_id})"
    )


def test_no_link_for_a_new_password_and_none_to_strangers(
    customer: Connection, ours: Counter, theirs: Counter
) -> None:
    """Seen failing with 0003's policy, which asked for the own company only."""
    company = ours.company.id
    for statement in (
        link("reset", ours.buyer.id, company),
        link("reset", theirs.buyer.id, company),
        link("invitation", theirs.buyer.id, company),
        link("invitation", ours.buyer.id, theirs.company.id),
    ):
        assert denied(customer, statement), statement
    assert not denied(customer, link("invitation", ours.buyer.id, company))


def test_people_of_other_companies_are_not_seen(customer: Connection, ours: Counter, theirs: Counter) -> None:
    """Seen failing with ``using (true)``: one request read every person's phone number."""
    seen = set(customer.scalars(text("select id from app_user where kind = 'customer'")))
    assert ours.buyer.id in seen
    assert theirs.buyer.id not in seen
    assert customer.scalar(text(f"select name from app_user where id = {ours.associate.id}"))  # the seller's
    assert denied(
        customer, "insert into app_user (email, name, kind) values ('x@y.example', 'x', 'customer')"
    )


def test_an_invited_address_becomes_a_person_that_only_its_company_sees(
    ours: Counter, theirs: Counter, customer: Connection, admin: User
) -> None:
    """Whether the address was known, and whose it is, is not told: one of the seller's people is answered like all
    others. Seen failing with a function that returned nothing for them."""
    find = text("select person_to_invite(:address, 'N')")
    known = customer.scalar(find, {"address": theirs.buyer.email})
    added = customer.scalar(find, {"address": "new@elsewhere.example"})
    assert known == theirs.buyer.id
    assert added is not None
    sellers = customer.scalar(find, {"address": ours.associate.email})
    assert sellers == ours.associate.id
    assert not customer.scalar(text(f"select count(id) from app_user where id in ({known}, {added})"))
    rows = f"values ({added}, {ours.company.id}, 'company_admin'"
    assert denied(customer, f"insert into membership (user_id, company_id, role) {rows})")
    invited = (
        f"insert into membership (user_id, company_id, role, invited_at, disabled_at) {rows}, now(), now())"
    )
    assert denied(customer, invited)
    customer.execute(SCOPE, {"company": str(ours.company.id), "person": str(admin.id)})
    customer.execute(text(invited))
    assert customer.scalar(text(f"select email from app_user where id = {added}")) == "new@elsewhere.example"


def test_of_stock_an_order_holds_some_and_nothing_else_is_written(
    customer: Connection, ours: Counter
) -> None:
    """Seen failing with ``grant update (on_hand, reserved) on stock``, and with a function that took any number."""
    for statement in (
        "update stock set reserved = 0",
        "update stock set on_hand = 1",
        "select 1 from stock for update",
        "select release_stock(1, array[1], array[1])",
    ):
        assert denied(customer, statement), statement
    hold = text("select hold_stock(:store, array[:variant], array[:units])")
    wanted = {"store": ours.store.id, "variant": ours.paint.id, "units": 1}
    reserved = text(
        f"select reserved from stock where store_id = {ours.store.id} and variant_id = {ours.paint.id}"
    )
    before = customer.scalar(reserved)
    customer.execute(hold, wanted)
    assert customer.scalar(reserved) == before + 1
    for units in (-1, 0, 1_000_000):  # less than none, none, more than there is
        with pytest.raises(DBAPIError) as refused, customer.begin_nested():
            customer.execute(hold, {**wanted, "units": units})
        assert isinstance(refused.value.orig, CheckViolation)


def test_mails_go_to_people_in_sight_and_are_of_few_kinds(
    customer: Connection, ours: Counter, theirs: Counter
) -> None:
    """Seen failing without row-level security on mails: any address, any kind, every mail's key."""
    company = ours.company.id
    for statement in (
        mail("order_confirmation", theirs.buyer.email, company),
        mail("order_confirmation", "anybody@elsewhere.example", company),
        mail("order_confirmation", ours.buyer.email, theirs.company.id),
        mail("password_reset", ours.buyer.email, company),
        mail("staff_invitation", ours.buyer.email, company),
    ):
        assert denied(customer, statement), statement
    # What became of one's own company's mails can be seen, and nothing of others'.
    seen = set(customer.scalars(text("select company_id from outbound_mail")))
    assert seen <= {company}
    before = customer.scalar(text("select count(key) from outbound_mail"))
    customer.execute(text(mail("order_confirmation", ours.buyer.email, company)))
    assert customer.scalar(text("select count(key) from outbound_mail")) == before + 1


def test_a_session_moves_to_ones_own_companies_only(
    customer: Connection, ours: Counter, theirs: Counter, engine: Engine, build: Build
) -> None:
    """Seen failing without the trigger. An old session of a company that the person has left can still be ended."""
    mine = f"where user_id = {ours.buyer.id}"
    for statement in (
        f"update user_session set company_id = {theirs.company.id} {mine}",
        f"update user_session set delegation_id = (select min(id) from delegation) {mine}",
    ):
        assert denied(customer, statement), statement
    branch = build.company("Branch", parent_id=ours.company.id)
    build.session.execute(
        text(f"update user_session set company_id = {theirs.company.id} {mine}")  # as the owner of the tables
    )
    build.session.commit()
    assert not denied(customer, f"update user_session set ended_at = now() {mine}")
    assert not denied(customer, f"update user_session set company_id = {branch.id} {mine}")
    assert not denied(customer, f"update user_session set company_id = null {mine}")


def test_the_books_write_one_company_s_rows_and_no_others(
    customer: Connection, ours: Counter, theirs: Counter, build: Build
) -> None:
    """Seen failing with a policy ``using (true)`` on stripe_customer, and with every right granted to the books."""
    build.session.execute(
        text(
            "insert into stripe_customer (company_id, idempotency_key) values (:ours, 'ours'), (:theirs, 'theirs')"
        ),
        {"ours": ours.company.id, "theirs": theirs.company.id},
    )
    build.session.commit()
    customer.execute(BOOKS)
    assert customer.scalar(text("select count(*) from stripe_customer")) == 1
    for table in BOOKKEEPING:
        assert not customer.scalar(
            text(f"select count(*) from {table} where company_id is distinct from {ours.company.id}")
        ), table
        assert denied(customer, f"update {table} set company_id = {theirs.company.id}"), table
    stranger = f"insert into stripe_customer (company_id, idempotency_key) values ({theirs.company.id}, 'x')"
    for statement in (
        stranger,
        "update stock set reserved = 0",
        "update company set price_list_id = 1",
        "update app_user set kind = 'admin'",
        "select 1 from procrastinate_jobs",
        "delete from payment",
        "delete from invoice",
        mail("password_reset", ours.buyer.email, ours.company.id),
        mail("pay_link", "anybody@elsewhere.example", theirs.company.id),
        link("reset", theirs.buyer.id, ours.company.id),
    ):
        assert denied(customer, statement), statement
    assert not denied(customer, mail("pay_link", "anybody@elsewhere.example", ours.company.id))


def test_no_role_of_requests_has_rights_beyond_its_tables(engine: Engine) -> None:
    """Neither role owns a table, makes one, or passes row-level security by. Seen failing with ``bypassrls``."""
    with engine.connect() as connection:
        for role in ("portal_customer", "portal_books"):
            assert not connection.scalar(
                text(
                    "select rolsuper or rolbypassrls or rolcanlogin or rolcreaterole from pg_roles where rolname = :r"
                ),
                {"r": role},
            )
            connection.execute(text("select set_config('role', :r, true)"), {"r": role})
            with pytest.raises(DBAPIError) as refused, connection.begin_nested():
                connection.execute(text("create table public.mine (id int)"))
            assert isinstance(refused.value.orig, InsufficientPrivilege)
            connection.rollback()
