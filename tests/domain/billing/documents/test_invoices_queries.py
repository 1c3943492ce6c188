"""What a company owes, as its people and staff read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.billing.account.queries.ageing import overview
from portal.billing.invoices.filters import InvoiceFilter
from portal.billing.invoices.queries.invoice import invoice_for, invoice_for_staff
from portal.billing.invoices.queries.invoices import invoices
from portal.foundation.errors import NotFound
from tests.builders import Build
from tests.invoices import TODAY, apply_memo, make_attempt, make_invoice, pay_offline


def test_what_is_owed_by_age(session: Session, build: Build) -> None:
    company = build.company(terms_days=30)
    # Due 30 days after its day: so many days before today it was issued, so many less 30 it is overdue.
    ages = {0: 1, 30: 10, 31: 100, 60: 1_000, 61: 10_000, 90: 100_000, 120: 1_000_000, 121: 5}
    for age, net in ages.items():
        make_invoice(session, company, net=net, on=TODAY - timedelta(days=age))
    make_invoice(session, company, net=-700)
    pay_offline(session, company, 900)
    make_invoice(session, build.company(), net=77, on=TODAY - timedelta(days=99))
    owed = overview(session, company.id, TODAY).main
    assert owed.amounts == (11, 1_100, 110_000, 1_000_000, 5)
    assert owed.counts == (2, 2, 2, 1, 1)
    assert (owed.open_minor, owed.overdue_minor) == (1_111_116, 1_111_105)
    assert (owed.open_count, owed.overdue_count) == (8, 6)
    assert (owed.credit_minor, owed.credit_count, owed.unapplied_minor) == (700, 1, 900)
    assert owed.balance_minor == 1_111_116 - 700 - 900


def test_a_company_that_owes_nothing(session: Session, build: Build) -> None:
    found = overview(session, build.company(currency="JPY").id, TODAY)
    assert (found.main.currency, found.main.open_minor, found.others) == ("JPY", 0, ())


def test_the_list_by_status(session: Session, build: Build) -> None:
    company = build.company(terms_days=10)
    old = make_invoice(session, company, on=TODAY - timedelta(days=40))
    new = make_invoice(session, company, on=TODAY)
    paid = make_invoice(session, company, net=500, on=TODAY - timedelta(days=20))
    pay_offline(session, company, 500, paid)
    part = make_invoice(session, company, net=900, on=TODAY - timedelta(days=11))
    pay_offline(session, company, 400, part)
    memo = make_invoice(session, company, net=-300, on=TODAY - timedelta(days=5))
    apply_memo(session, memo, part, 100)
    nothing = make_invoice(session, company, net=0, on=TODAY - timedelta(days=2))
    make_invoice(session, build.company())
    found = {}
    for status in ("open", "overdue", "paid", "memos", "all"):
        page = invoices(session, company_id=company.id, wanted=InvoiceFilter(status), today=TODAY)
        found[status] = [row.number for row in page.rows]
    assert found["open"] == [old.number, part.number, new.number]
    assert found["overdue"] == [old.number, part.number]
    assert found["paid"] == [nothing.number, paid.number]
    assert found["memos"] == [memo.number]
    assert found["all"] == [n.number for n in (new, nothing, memo, part, paid, old)]
    row = invoices(session, company_id=company.id, wanted=InvoiceFilter("memos"), today=TODAY).rows[0]
    assert (row.total_minor, row.open_minor) == (-300, -200)


@pytest.mark.parametrize("status", ["open", "all"])
def test_paging_goes_there_and_back(session: Session, build: Build, status: str) -> None:
    company = build.company()
    for n in range(7):
        make_invoice(session, company, net=100 + n, on=TODAY - timedelta(days=n // 2))
    wanted, seen, after, pages = InvoiceFilter(status), [], None, []
    while True:
        page = invoices(session, company_id=company.id, wanted=wanted, today=TODAY, after=after, size=3)
        seen += [row.id for row in page.rows]
        pages.append(page)
        after = page.next_cursor
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert pages[0].previous_cursor is None
    back = invoices(
        session, company_id=company.id, wanted=wanted, today=TODAY, before=pages[2].previous_cursor, size=3
    )
    assert [row.id for row in back.rows] == seen[3:6]


def test_marks_of_a_payment_under_way(session: Session, build: Build) -> None:
    company = build.company()
    invoice = make_invoice(session, company, net=1_000)
    make_attempt(session, company, {invoice: 600}, state="processing")
    make_attempt(session, company, {invoice: 300}, state="failed")
    make_attempt(session, company, {invoice: 400}, state="scheduled", run_on=TODAY + timedelta(days=29))
    row = invoices(session, company_id=company.id, wanted=InvoiceFilter(), today=TODAY).rows[0]
    assert (row.under_way_minor, row.payable_minor, row.scheduled_on) == (
        600,
        400,
        TODAY + timedelta(days=29),
    )


def test_one_by_its_number(session: Session, build: Build) -> None:
    company, other = build.company(), build.company()
    invoice = make_invoice(session, company)
    own, foreign = build.actor(build.user(company), company), build.actor(build.user(other), other)
    assert invoice_for(session, own, invoice.number).id == invoice.id
    with pytest.raises(NotFound):
        invoice_for(session, foreign, invoice.number)
    assert invoice_for_staff(session, build.actor(build.rep(company)), invoice.number).id == invoice.id
    assert invoice_for_staff(session, build.actor(build.user(kind="support")), invoice.number)
    for nobody in (build.rep(other), build.user(kind="store")):
        with pytest.raises(NotFound):
            invoice_for_staff(session, build.actor(nobody), invoice.number)
