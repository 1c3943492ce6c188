"""The desk's pages cost the same for a company with many orders: no statement reads the whole table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from portal.desk.customer.queries.company import company_summary
from portal.desk.customer.queries.customers import assigned_customers, customers
from portal.desk.home.queries.customer import customer_home
from portal.desk.home.queries.operations import late_orders
from portal.orders.tracking.queries.history import history
from portal.orders.tracking.queries.history_filter import HistoryFilter
from portal.touchpoints.queries import timeline
from tests.builders import Build
from tests.pages.desk.test_lookup import LINES, MANY
from tests.placed_orders import Counter, counter

NOW = datetime.now(UTC)
OTHERS = """
insert into sales_order (number, company_id, source, kind, status, fulfilment, store_id, po_number, currency, total_minor,
                         line_count, placed_at)
select 'X-' || n, :other, 'import', 'order', 'collected', 'pickup', :store, '', 'USD', 100, 1,
       now() - make_interval(mins => n) from generate_series(1, 5000) as n
"""
LOGGED = """
insert into touchpoint (event_id, occurred_us, received_us, recorded_us, fingerprint, source, schema_ver, name, stage,
                        channel, actor_role, account_id, order_id)
select gen_random_uuid(), (extract(epoch from placed_at) * 1000000)::bigint, 0, 0, '', 'import', '1-0-0', 'order_completed',
       'purchase', 'web', 'customer_user', company_id, id from sales_order
"""


@pytest.fixture
def scene(engine: Engine, build: Build) -> Counter:
    scene = counter(build)
    values = {
        "company": scene.company.id,
        "store": scene.store.id,
        "variant": scene.paint.id,
        "other": build.company().id,
    }
    with engine.begin() as connection:
        for statement in (MANY, LINES, OTHERS, LOGGED):
            connection.execute(text(statement), values)
            # At once: the keys of what comes next are checked by a plan that believes these figures.
            connection.exec_driver_sql("analyze sales_order")
        for table in ("sales_order", "order_line", "touchpoint"):
            connection.exec_driver_sql(f"analyze {table}")
    return scene


def plans(session: Session, read: Callable[[], Any]) -> str:
    """The plans of every statement that ``read`` executes."""
    heard: list[tuple[str, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        heard.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", hear)
    read()
    event.remove(connection, "before_cursor_execute", hear)
    found: list[str] = []
    for statement, parameters in heard:
        found += [row[0] for row in connection.exec_driver_sql("explain " + statement, parameters)]
    assert found
    return "\n".join(found)


def as_customer(session: Session, scene: Counter) -> None:
    """Go on as a customer's request does: under row-level security."""
    company = {"company": str(scene.company.id)}
    session.execute(
        text(
            "select set_config('app.company_id', :company, true), set_config('role', 'portal_customer', true)"
        ),
        company,
    )


@pytest.mark.parametrize("page", ["home", "timeline"])
def test_what_customers_read(session: Session, scene: Counter, page: str) -> None:
    as_customer(session, scene)
    reads = {
        "home": lambda: customer_home(session, scene.customer, now=NOW, today=NOW.date()),
        "timeline": lambda: timeline(
            session, account_id=scene.company.id, names=["order_completed", "picked_up"]
        ),
    }
    plan = plans(session, reads[page])
    for table in ("sales_order", "order_line", "touchpoint"):
        assert f"Seq Scan on {table}" not in plan, plan


@pytest.mark.parametrize("page", ["rep", "customers", "late", "orders", "timeline"])
def test_what_staff_read(session: Session, build: Build, scene: Counter, page: str) -> None:
    rep = build.actor(build.rep(scene.company))
    support = build.actor(build.user(kind="support"))
    company = scene.company.id
    reads: dict[str, Callable[[], Any]] = {
        "rep": lambda: assigned_customers(session, rep, now=NOW),
        "customers": lambda: customers(session, support, now=NOW, words="Harbour"),
        "late": lambda: late_orders(session, now=NOW),
        "orders": lambda: history(session, company_id=company, wanted=HistoryFilter(), size=8),
        "timeline": lambda: timeline(session, account_id=company, limit=25),
    }
    plan = plans(session, reads[page])
    for table in ("sales_order", "order_line", "touchpoint"):
        assert f"Seq Scan on {table}" not in plan, plan


def test_a_year_of_a_small_company_is_summed_by_its_index(
    session: Session, build: Build, scene: Counter
) -> None:
    small = build.company()
    plan = plans(session, lambda: company_summary(session, small.id, now=NOW))
    assert "Seq Scan on sales_order" not in plan, plan
