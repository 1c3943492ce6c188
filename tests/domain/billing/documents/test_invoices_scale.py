"""A company with very many invoices: what its people and staff read never walks through the whole table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from portal.billing.account.queries.ageing import keep_to_indexes, overview
from portal.billing.account.queries.overview import account_of
from portal.billing.account.queries.spend import spend
from portal.billing.invoices.filters import InvoiceFilter
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.queries.invoice import invoice_for_staff
from portal.billing.invoices.queries.invoices import invoices
from tests.builders import Build
from tests.invoices import TODAY

pytestmark = pytest.mark.slow

INVOICES = 100_000
WALK = "Seq Scan on invoice "
# Two years of one company; every :n-th invoice is open, every 50th document is a credit memo.
GENERATE = text("""
insert into invoice (number, kind, company_id, issue_key, issued_at, issued_on, due_on, currency, net_minor,
                     total_minor, open_minor, settled_at, po_number, job_name)
select 'G-' || n, case when n % 50 = 0 then 'credit_memo' else 'invoice' end, :company, 'generated:' || n,
       cast(:today as date) - (n % 730)::int, cast(:today as date) - (n % 730)::int,
       cast(:today as date) - (n % 730)::int + 30, 'USD', sign * (1000 + n), sign * (1000 + n),
       case when n % :every = 0 then sign * (1000 + n) else 0 end, case when n % :every <> 0 then now() end,
       'PO-' || n, 'Job ' || n % 90
  from (select n, case when n % 50 = 0 then -1 else 1 end as sign from generate_series(1, :many) as n) g
""")
CUSTOMER = text(
    "select set_config('app.company_id', :company, true), set_config('role', 'portal_customer', true)"
)
FILTERS = (
    InvoiceFilter(),
    InvoiceFilter("overdue"),
    InvoiceFilter("paid"),
    InvoiceFilter("memos"),
    InvoiceFilter("all"),
    InvoiceFilter("all", text="no such"),
    InvoiceFilter("open", job="Job 17"),
    InvoiceFilter("all", po="PO-99999"),
    InvoiceFilter("paid", issued_from=TODAY - timedelta(days=3), issued_to=TODAY),
    InvoiceFilter("all", issued_from=date(2031, 1, 1)),
    InvoiceFilter("all", numbers=("G-7", "G-99")),
)


@pytest.fixture
def large(request: pytest.FixtureRequest, session: Session, build: Build) -> int:
    """A company that owns nearly every invoice there is: the hardest case for the planner."""
    company = build.company("Very Large Ltd")
    values = {"company": company.id, "today": TODAY, "every": getattr(request, "param", 40), "many": INVOICES}
    session.execute(GENERATE, values)
    session.commit()
    session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text("analyze"))
    session.close()
    return company.id


def plans(session: Session, read: Callable[[], Any]) -> str:
    """The plans of every statement that ``read`` executes."""
    heard: list[tuple[str, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        heard.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", hear)
    try:
        read()
    finally:
        event.remove(connection, "before_cursor_execute", hear)
    found: list[str] = []
    for statement, parameters in heard:
        if "from invoice" in " ".join(statement.lower().split()):
            found += [row[0] for row in connection.exec_driver_sql("explain " + statement, parameters)]
    assert found
    return "\n".join(found)


@pytest.mark.parametrize("large", [1, 40], ids=["all open", "a few open"], indirect=True)
def test_nothing_walks_through_all_invoices(session: Session, large: int) -> None:
    """Seen failing without ``keep_to_indexes``."""
    walked = []
    for role in ("owner", "portal_customer"):
        with session.begin():
            if role == "portal_customer":
                session.execute(CUSTOMER, {"company": str(large)})
            keep_to_indexes(session)
            for name, read in _reads(session, large).items():
                plan = plans(session, read)
                if WALK in plan:
                    walked.append(f"{role}, {name}:\n{plan}")
    assert not walked, "\n\n".join(walked)


def _reads(session: Session, company_id: int) -> dict[str, Callable[[], Any]]:
    def page(wanted: InvoiceFilter, **place: str | None) -> Any:
        return invoices(session, company_id=company_id, wanted=wanted, today=TODAY, **place)

    onward = page(InvoiceFilter("all")).next_cursor
    return {
        "ageing": lambda: overview(session, company_id, TODAY),
        "spend": lambda: spend(session, company_id, TODAY),
        "account": lambda: account_of(session, company_id, TODAY),
        "next page": lambda: page(InvoiceFilter("all"), after=onward),
        "page before": lambda: page(InvoiceFilter("all"), before=onward),
        **{str(wanted): partial(page, wanted) for wanted in FILTERS},
    }


def test_one_document_among_many(session: Session, build: Build, large: int) -> None:
    support = build.actor(build.user(kind="support"))

    def read() -> None:
        document(session, invoice_for_staff(session, support, "G-77"))

    plan = plans(session, read)
    assert WALK not in plan, plan


def test_the_sums_are_those_of_all_rows(session: Session, large: int) -> None:
    owed = overview(session, large, TODAY).main
    row = session.execute(
        text(
            "select sum(open_minor) filter (where open_minor > 0), sum(open_minor) filter (where open_minor < 0), "
            "sum(open_minor) filter (where open_minor > 0 and due_on < :today) from invoice"
        ),
        {"today": TODAY},
    ).one()
    assert (owed.open_minor, -owed.credit_minor, owed.overdue_minor) == tuple(row)
    year = spend(session, large, TODAY)[0]
    net = session.scalar(
        text("select sum(net_minor) from invoice where issued_on >= '2025-07-01' and issued_on <= :today"),
        {"today": TODAY},
    )
    assert year.total_minor == net == sum(job.net_minor for job in year.jobs)
    assert len(year.months) == 12
    assert len(year.jobs) == 9
    assert year.jobs[-1].jobs == 82
