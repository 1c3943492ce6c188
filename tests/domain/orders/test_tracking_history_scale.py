"""A company with very many orders: no filter reads the whole table of orders."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from portal.orders.tracking.queries.history import history
from portal.orders.tracking.queries.history_filter import HistoryFilter
from tests.builders import NOW, Build

pytestmark = pytest.mark.slow

Statements = Callable[[], AbstractContextManager[list[str]]]
ORDERS = 20_000
GENERATE_ORDERS = text("""
insert into sales_order (number, company_id, status, fulfilment, store_id, po_number, job_name, currency, total_minor,
                         line_count, subject_user_id, subject_name, placed_by_user_id, placed_by_name, placed_at)
select 'G-' || n, :company, case when n % 400 = 0 then 'ready' when n % 50 = 0 then 'cancelled' else 'collected' end,
       'pickup', :store, 'PO-' || n, 'Job ' || n % 90, 'USD', 1000 + n, 2, :buyer, 'Dana', :buyer, 'Dana',
       cast(:now as timestamptz) - make_interval(mins => n::int * 20)
  from generate_series(1, :orders) as n
""")
GENERATE_LINES = text("""
insert into order_line (order_id, line_no, company_id, variant_id, sku, name, quantity, quantity_fulfilled, unit_price,
                        total_minor, state)
select o.id, k, :company, (cast(:variants as bigint[]))[1 + (o.id * 7 + k) % :count], 'X', 'Something', 1, 1, 5, 500,
       'collected'
  from sales_order o cross join generate_series(1, 2) as k
 where o.company_id = :company
""")
CUSTOMER = text(
    "select set_config('app.company_id', :company, true), set_config('role', 'portal_customer', true)"
)

FILTERS = {
    "all": {},
    "open": {"status": "open"},
    "a state": {"status": "ready"},
    "a state with none": {"status": "out"},
    "dates": {"placed_from": date(2026, 3, 1), "placed_to": date(2026, 3, 2)},
    "dates with none": {"placed_from": date(2031, 1, 1)},
    "buyer": {"buyer_id": 1},
    "po": {"po": "PO-19999"},
    "po with none": {"po": "no such"},
    "job": {"job": "Job 17"},
    "job with none": {"job": "no such"},
    "number": {"text": "G-19998"},
    "product": {"text": "Product 3"},
    "sku": {"text": "SKU-00"},
    "nothing": {"text": "no such thing"},
    "all of them": {
        "status": "done",
        "placed_from": date(2026, 1, 1),
        "po": "PO-1",
        "job": "Job",
        "text": "G-1",
    },
}


@pytest.fixture
def large(session: Session, build: Build) -> int:
    """A company that owns nearly every order there is: the hardest case for the planner."""
    company, store = build.company("Very Large Ltd"), build.store()
    buyer = build.user(company)
    variants = [build.variant(f"SKU-00{n}").id for n in range(8)]
    values: dict[str, Any] = {
        "company": company.id,
        "store": store.id,
        "buyer": buyer.id,
        "orders": ORDERS,
        "now": NOW,
        "variants": variants,
        "count": len(variants),
    }
    session.execute(GENERATE_ORDERS, values)
    session.execute(text("analyze sales_order"))  # the lines' keys are checked by a plan that believes it
    session.execute(GENERATE_LINES, values)
    session.commit()
    session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text("analyze"))
    session.close()
    return company.id


def plans_of(session: Session, company_id: int, wanted: HistoryFilter, **place: str | None) -> list[str]:
    """The plans of every statement that a page of history takes."""
    found: list[str] = []

    def explain(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if statement.lstrip().upper().startswith("SELECT") and "sales_order" in statement:
            with cursor.connection.cursor() as own:
                own.execute("explain " + statement, parameters)
                found.append("\n".join(row[0] for row in own.fetchall()))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", explain)
    try:
        history(session, company_id=company_id, wanted=wanted, **place)
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    return found


def test_no_filter_reads_the_whole_table(session: Session, large: int, statements: Statements) -> None:
    walked = []
    for name, fields in FILTERS.items():
        with session.begin():
            session.execute(CUSTOMER, {"company": str(large)})
            wanted = HistoryFilter(**fields)
            with statements() as heard:
                first = history(session, company_id=large, wanted=wanted)
            assert len(heard) <= 2, name
            plans = plans_of(session, large, wanted)
            if first.next_cursor:
                plans += plans_of(session, large, wanted, after=first.next_cursor)
                plans += plans_of(session, large, wanted, before=first.next_cursor)
            assert plans, name
            walked += [f"{name}:\n{plan}" for plan in plans if "Seq Scan on sales_order" in plan]
    assert not walked, "\n\n".join(walked)


def test_deep_pages_hold_what_the_first_ones_do(session: Session, large: int) -> None:
    with session.begin():
        session.execute(CUSTOMER, {"company": str(large)})
        seen, after = [], None
        for _ in range(5):
            page = history(session, company_id=large, wanted=HistoryFilter(), after=after, size=4_000)
            seen += [row.id for row in page.rows]
            after = page.next_cursor
        assert after is None
        assert len(set(seen)) == len(seen) == ORDERS
        page = history(
            session, company_id=large, wanted=HistoryFilter(placed_to=(NOW - timedelta(days=100)).date())
        )
        assert len(page.rows) == 20
