"""With raw SQL in a customer's request: what the database itself lets the role see and change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.invitations.use_cases import invite
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.models.bought import Bought
from tests.builders import NOW, Build
from tests.placed_orders import Counter, Want, counter
from tests.shop import Shop

SCOPE = text("""
select set_config('app.company_id', :company, true), set_config('app.user_id', :person, true),
       set_config('role', 'portal_customer', true)
""")
# Tables with rows of companies or people, and how to name those of the company C (and its person P).
OWN = {
    "address": "company_id = {C}",
    "company_job": "company_id = {C}",
    "contract_price": "company_id = {C}",
    "part_number": "company_id = {C}",
    "credit_account": "company_id = {C}",
    "draft": "company_id = {C}",
    "draft_line": "company_id = {C}",
    "sales_order": "company_id = {C}",
    "order_line": "company_id = {C}",
    "order_event": "company_id = {C}",
    "bought": "company_id = {C}",
    "delegation": "company_id = {C}",
    "touchpoint": "account_id = {C}",
    "membership": "company_id = {C}",
    "company": "id = {C}",
    "user_session": "user_id = {P}",
    "one_time_token": "company_id = {C}",
}
UNSEEN = (
    "rep_assignment",
    "sign_in_attempt",
    "alembic_version",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
    "touchpoint_other",
)
HIDDEN_COLUMNS = (
    "app_user.password_hash",
    "user_session.token_hash",
    "one_time_token.token_hash",
    "outbound_mail.data",
)
CATALOGUE = (
    "product",
    "variant",
    "price_list",
    "list_price",
    "colour",
    "store",
    "store_hours",
    "store_exception",
    "contract_price",
    "part_number",
    "address",
)

FORBIDDEN = """
update app_user set kind = 'admin'
update app_user set disabled_at = null
update app_user set email = 'x'
update app_user set password_hash = 'x'
update user_session set user_id = 1
update user_session set expires_at = now()
insert into user_session (token_hash, user_id) values ('x', 1)
update company set price_list_id = 1
update credit_account set limit_minor = 1
update credit_account set on_hold = false
delete from credit_account
delete from sales_order
delete from order_line
delete from order_event
update order_event set text = 'x'
update touchpoint set name = 'x'
delete from touchpoint
delete from touchpoint_fact
truncate touchpoint
truncate sales_order
delete from stock
drop table bought
insert into delegation (actor_user_id, subject_user_id, company_id, reason) values (1, 1, 1, '')
update delegation set expires_at = now()
select touchpoint_partition('9999-01-01')
create table x ()
update store set code = 'x'
update product set code = 'x'
update list_price set unit_price = 0
"""


def world(build: Build, name: str) -> Counter:
    """A company that has something in every table."""
    scene = counter(build) if name == "ours" else _second(build)
    session, company = build.session, scene.company
    rep = build.rep(company)
    build.address(company)
    build.job(company)
    build.contract_price(company, scene.paint, "1.00")
    build.part_number(company, scene.paint, f"{name}-1")
    build.delegation(rep, scene.buyer, company)
    Shop(build, company, scene.buyer, scene.customer, scene.store).draft([(scene.paint, 1)])
    order = scene.order(Want(scene.paint, 2))
    cancel(session, actor=scene.customer, now=NOW, number=order.number)
    session.add(
        Bought(
            company_id=company.id,
            variant_id=scene.paint.id,
            times=1,
            total_quantity=2,
            last_quantity=2,
            last_order_id=order.id,
            last_ordered_at=NOW,
        )
    )
    admin = build.actor(build.user(company, "company_admin"), company, "company_admin")
    invite(
        session,
        actor=admin,
        email=f"{name}@new.example",
        name="N",
        role="buyer",
        public_url="http://x",
        now=NOW,
    )
    session.execute(
        text(
            "insert into user_session (token_hash, user_id, company_id, created_at, last_seen_at, expires_at) "
            "values (:hash, :user, :company, :now, :now, :now)"
        ),
        {"hash": name.encode(), "user": scene.buyer.id, "company": company.id, "now": NOW},
    )
    session.commit()
    return scene


def _second(build: Build) -> Counter:
    company, store = build.company("Bay Coatings"), build.store("Dockside")
    buyer = build.user(company)
    associate = build.user(kind="store", store_id=store.id)
    paint, tape = build.variant("PRO-2"), build.variant("TAPE-2")
    build.stock(store, paint)
    build.stock(store, tape)
    return Counter(build, company, buyer, store, associate, paint, tape)


@pytest.fixture
def theirs(build: Build) -> Counter:
    return world(build, "theirs")


@pytest.fixture
def ours(build: Build, theirs: Counter) -> Counter:
    return world(build, "ours")


@pytest.fixture
def customer(ours: Counter, engine: Engine) -> Iterator[Connection]:
    """A connection as a request of our buyer has it."""
    with engine.connect() as connection:
        connection.execute(SCOPE, {"company": str(ours.company.id), "person": str(ours.buyer.id)})
        yield connection


def of(scene: Counter, table: str) -> str:
    return OWN[table].format(C=scene.company.id, P=scene.buyer.id)


def denied(connection: Connection, statement: str) -> bool:
    """Whether the database refuses a statement (or lets it touch no row)."""
    with connection.begin_nested() as trial:
        try:
            touched = connection.execute(text(statement)).rowcount
        except DBAPIError as error:
            if not isinstance(error.orig, InsufficientPrivilege):
                raise
            touched = 0
        trial.rollback()
    return touched == 0


def test_rows_of_others_are_neither_seen_nor_changed(
    customer: Connection, ours: Counter, theirs: Counter
) -> None:
    for table in OWN:
        column = OWN[table].split(" ")[0]
        assert customer.scalar(text(f"select count({column}) from {table} where {of(ours, table)}")), (
            f"{table}: none of ours"
        )
        assert not customer.scalar(text(f"select count({column}) from {table} where {of(theirs, table)}")), (
            table
        )
        assert denied(customer, f"update {table} set {column} = {column} where {of(theirs, table)}"), table
        assert denied(customer, f"update {table} set {column} = {column} where not ({of(ours, table)})"), (
            table
        )
        assert denied(customer, f"delete from {table} where {of(theirs, table)}"), table
    assert denied(customer, f"update app_user set name = 'x' where id = {theirs.buyer.id}")
    assert denied(customer, f"update membership set company_id = {theirs.company.id}")
    for statement in (
        f"insert into company_job (company_id, name) values ({theirs.company.id}, 'x')",
        f"insert into membership (user_id, company_id, role) values ({ours.buyer.id}, {theirs.company.id}, 'company_admin')",
        f"insert into draft (company_id, owner_user_id, subject_user_id, created_at, updated_at) "
        f"values ({theirs.company.id}, {ours.buyer.id}, {ours.buyer.id}, now(), now())",
        f"update draft set company_id = {theirs.company.id}",
        f"update sales_order set company_id = {theirs.company.id}",
        "insert into app_user (email, name, kind) values ('x@y.example', 'x', 'admin')",
        "insert into app_user (email, name, kind, password_hash) values ('x@y.example', 'x', 'customer', 'x')",
        f"insert into one_time_token (token_hash, purpose, user_id, created_at, expires_at) "
        f"values ('x', 'reset', {theirs.buyer.id}, now(), now())",
    ):
        assert denied(customer, statement), statement


def test_secrets_and_machinery_are_out_of_reach(customer: Connection) -> None:
    for table in UNSEEN:
        for statement in (f"select 1 from {table}", f"delete from {table}"):
            assert denied(customer, statement), statement
    for column in HIDDEN_COLUMNS:
        table, name = column.split(".")
        assert denied(customer, f"select {name} from {table}"), column
    for statement in FORBIDDEN.strip().splitlines():
        assert denied(customer, statement), statement
    for table in CATALOGUE:
        assert denied(customer, f"delete from {table}"), table


def test_without_a_company_nothing_is_seen(engine: Engine, ours: Counter) -> None:
    for company, person in (("", ""), ("", str(ours.buyer.id)), ("0", "0")):
        with engine.connect() as connection:
            connection.execute(SCOPE, {"company": company, "person": person})
            for table in OWN:
                if table in ("membership", "company", "user_session") and person not in ("", "0"):
                    continue  # one's own are seen, to choose a company
                column = OWN[table].split(" ")[0]
                assert not connection.scalar(text(f"select count({column}) from {table}")), (
                    table,
                    company,
                    person,
                )


def test_rights_are_declared_for_every_table(engine: Engine) -> None:
    """A new table is closed to customers; one that is opened and holds a company's rows has a policy."""
    with engine.connect() as connection:
        open_tables = set(
            connection.scalars(
                text(
                    "select distinct table_name from information_schema.column_privileges "
                    "where grantee = 'portal_customer' and table_schema = 'public'"
                )
            )
        )
        guarded = set(connection.scalars(text("select relname from pg_class where relrowsecurity")))
        of_companies = set(
            connection.scalars(
                text(
                    "select table_name from information_schema.columns where table_schema = 'public' "
                    "and column_name in ('company_id', 'account_id')"
                )
            )
        )
        connection.execute(text("create table afterwards (id int)"))
        assert not connection.scalar(
            text("select has_table_privilege('portal_customer', 'afterwards', 'select')")
        )
    assert not open_tables & set(UNSEEN)
    assert open_tables & of_companies <= guarded


def test_the_log_is_append_only_for_its_owner_too(ours: Counter, sessions: sessionmaker[Session]) -> None:
    for statement in (
        "update touchpoint set outcome = 'ok'",
        "delete from touchpoint",
        "truncate touchpoint",
        "delete from touchpoint_fact",
        "truncate touchpoint_fact",
        "truncate touchpoint_other",
        "insert into touchpoint_fact select event_id from touchpoint_fact limit 1",
    ):
        with sessions() as session, pytest.raises(DBAPIError):
            session.execute(text(statement))


def test_numbers_stay_possible_whoever_writes_them(ours: Counter, engine: Engine) -> None:
    for statement in (
        "update stock set reserved = on_hand + 1",
        "update stock set reserved = -1",
        "update pickup_slot set booked = capacity + 1",
        "insert into pickup_slot values (1, now(), 1, 2)",
        "update draft_line set quantity = 0",
        "update draft set state = 'lost'",
    ):
        with engine.connect() as connection:
            try:
                assert connection.execute(text(statement)).rowcount == 0
            except DBAPIError as error:
                if not isinstance(error.orig, CheckViolation):
                    raise
