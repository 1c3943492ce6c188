"""Statements by month: from the ledger, by the seller's calendar, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import BANK, FEES, RECEIVABLE, STRIPE, UNAPPLIED, WRITE_OFFS
from portal.billing.ledger.use_cases import Side, post
from portal.billing.periods import Month
from portal.billing.statements.queries.months import months
from portal.billing.statements.queries.statement import AccountMonth, Statement, statement
from portal.billing.statements.words import entry_details, entry_title
from portal.foundation.actor import SYSTEM
from tests.builders import Build
from tests.invoices import apply_memo, make_invoice, pay_offline

ZONE = "America/New_York"
TODAY = date(2026, 7, 10)
JUNE = Month(2026, 6)


def of(session: Session, company: Company, month: Month = JUNE, **options: object) -> Statement:
    given = {"currency": company.currency, "zone": ZONE, "today": TODAY}
    given |= {name: options.pop(name) for name in tuple(options) if name in given}
    return statement(session, AccountMonth(company.id, month, **given), **options)  # type: ignore[arg-type]


def owed_at(session: Session, company: Company, moment: datetime) -> int:
    """The ledger's own answer."""
    found = session.scalar(
        text(
            "select coalesce(sum(e.amount_minor), 0) from ledger_entry e "
            "join ledger_transaction t on t.id = e.transaction_id where e.company_id = :company "
            "and e.account in ('receivable', 'unapplied') and t.occurred_at < :moment"
        ),
        {"company": company.id, "moment": moment},
    )
    return int(found or 0)


@pytest.fixture
def story(session: Session, build: Build) -> Company:
    """Half a year of a company: invoices, payments, a credit memo, money ahead, a refund, a fee, a write-off."""
    company = build.company("Brush & Roller")
    old = make_invoice(session, company, net=40_000, on=date(2026, 3, 5), po_number="7001")
    make_invoice(session, company, net=5_050, tax=404, on=date(2026, 4, 20))
    pay_offline(session, company, 30_000, old, on=date(2026, 5, 11))
    june = make_invoice(
        session, company, net=20_000, tax=1_600, on=date(2026, 6, 2), po_number="7731", job_name="Elm Street"
    )
    memo = make_invoice(session, company, net=-3_000, on=date(2026, 6, 8), reason="Two cans came dented")
    apply_memo(session, memo, june, 1_000)
    paid = pay_offline(session, company, 25_000, {june: 19_600}, on=date(2026, 6, 20), discount=400)
    for key, kind, sides in (
        ("fee:1", "fee", [Side(FEES, 70), Side(STRIPE, -70)]),
        (
            "refund:1",
            "refund",
            [Side(UNAPPLIED, 2_000, payment_id=paid.id), Side(BANK, -2_000, payment_id=paid.id)],
        ),
        ("write_off:1", "write_off", [Side(WRITE_OFFS, 10), Side(RECEIVABLE, -10, invoice_id=old.id)]),
    ):
        post(
            session,
            key=key,
            kind=kind,
            company_id=company.id,
            currency="USD",
            sides=sides,
            actor=SYSTEM,
            occurred_at=datetime(2026, 6, 25, 12, tzinfo=UTC),
        )
    make_invoice(session, company, net=7_700, on=date(2026, 7, 3))
    session.commit()
    return company


def test_opening_and_entries_make_the_closing_balance_and_the_ledger_says_the_same(
    session: Session, story: Company
) -> None:
    """Invariant 16 for statements. Seen failing with payments on account (unapplied) left out of the balance."""
    before = 0
    for number in range(3, 8):
        month = Month(2026, number)
        found = of(session, story, month)
        assert found.opening_minor == before
        assert found.opening_minor + sum(entry.amount_minor for entry in found.entries) == found.closing_minor
        assert found.opening_minor + found.charges_minor + found.credits_minor == found.closing_minor
        assert found.closing_minor == owed_at(session, story, month.next.begins(ZONE))
        assert sum(found.ages) + found.memos_minor + found.unapplied_minor == found.closing_minor
        assert [entry.balance_minor for entry in found.entries][-1:] == [found.closing_minor] * bool(
            found.entries
        )
        before = found.closing_minor
    assert session.scalar(text("select used_minor from credit_account")) == before


def test_every_document_payment_and_refund_is_there_and_nothing_of_ours(
    session: Session, story: Company
) -> None:
    found = of(session, story)
    memo = session.scalar(text("select number from invoice where kind = 'credit_memo'"))
    payment = session.scalar(text("select max(number) from payment"))
    invoice = session.scalar(text("select number from invoice where po_number = '7731'"))
    said = [(entry_title(entry), entry.amount_minor) for entry in found.entries]
    assert said == [
        (f"Invoice {invoice}", 21_600),
        ("Applied", 0),
        (f"Credit memo {memo}", -3_000),
        (f"Payment {payment}", -20_000 - 5_400),
        (f"Refund: {payment}", 2_000),
        ("Written off by us", -10),
    ]
    paid = next(entry for entry in found.entries if entry.kind == "payment")
    assert entry_details(paid, "USD") == [
        "Cheque",
        invoice,
        "$4.00 early-payment discount",
        "$54.00 on account",
    ]
    charged = next(entry for entry in found.entries if entry.kind == "invoice")
    assert entry_details(charged, "USD") == ["Due 2 Jul 2026", "PO 7731", "Elm Street"]


def test_the_balance_is_aged_as_it_was_on_the_last_day(session: Session, story: Company) -> None:
    april = of(session, story, Month(2026, 4))
    assert (april.as_of, april.ages) == (date(2026, 4, 30), (5_454, 40_000, 0, 0, 0))
    june = of(session, story)
    assert june.ages == (600, 0, 5_454, 9_990, 0)
    assert (june.memos_minor, june.unapplied_minor) == (-2_000, -3_400)
    running = of(session, story, Month(2026, 7))
    assert running.as_of == TODAY


def test_a_month_begins_at_the_sellers_midnight(session: Session, build: Build) -> None:
    """Seen failing with periods that begin at midnight UTC."""
    company = build.company()
    for key, at in (
        ("a", datetime(2026, 6, 1, 3, 59, tzinfo=UTC)),  # 23:59 on 31 May in New York
        ("b", datetime(2026, 6, 1, 4, 0, tzinfo=UTC)),  # its midnight
        ("c", datetime(2026, 7, 1, 3, 59, tzinfo=UTC)),
        ("d", datetime(2026, 7, 1, 4, 0, tzinfo=UTC)),
    ):
        invoice = make_invoice(session, company, net=0, issue_key=key)
        sides = [Side(RECEIVABLE, 0, invoice_id=invoice.id)]
        post(
            session,
            key=f"invoice:{key}",
            kind="invoice",
            company_id=company.id,
            currency="USD",
            occurred_at=at,
            sides=sides,
            actor=SYSTEM,
        )
    session.commit()
    shown = {entry.number for entry in of(session, company).entries}
    assert {"b", "c"} <= shown
    assert not {"a", "d"} & shown
    assert {row.month.code for row in months(session, company.id, zone=ZONE)} == {
        "2026-05",
        "2026-06",
        "2026-07",
    }


def test_the_list_of_months_says_what_the_statements_say(session: Session, story: Company) -> None:
    listed = months(session, story.id, zone=ZONE)
    assert [row.month.code for row in listed] == ["2026-07", "2026-06", "2026-05", "2026-04", "2026-03"]
    for row in listed:
        found = of(session, story, row.month)
        assert (row.entries, row.charges_minor, row.credits_minor, row.closing_minor) == (
            found.many,
            found.charges_minor,
            found.credits_minor,
            found.closing_minor,
        )


def test_another_companys_entries_are_not_in_it(session: Session, build: Build, story: Company) -> None:
    other = build.company("Other Painters")
    assert of(session, other).entries == ()
    assert of(session, other).closing_minor == 0
    assert months(session, other.id, zone=ZONE) == []


def test_five_thousand_entries_take_the_same_two_statements(
    session: Session, build: Build, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    company = build.company()
    book_many(session, company, 5_000)
    with statements() as heard:
        found = of(session, company, size=5_001)
    assert len(heard) == 2, heard
    assert (len(found.entries), found.many, found.closing_minor) == (5_000, 5_000, 5_000 * 1_001)
    page = of(session, company, size=200, skip=4_900)
    assert (len(page.entries), page.many) == (100, 5_000)
    assert page.entries == found.entries[4_900:]


def book_many(session: Session, company: Company, count: int) -> None:
    """So many invoices within June, written the short way."""
    session.execute(
        text("""
        with i as (insert into invoice (number, kind, company_id, issue_key, issued_at, issued_on, due_on, currency,
                                        net_minor, tax_minor, total_minor)
                   select 'BULK-' || n, 'invoice', :company, 'bulk:' || n, :at + n * interval '1 minute', '2026-06-10',
                          '2026-07-10', 'USD', 1001, 0, 1001 from generate_series(1, :count) n returning *),
             t as (insert into ledger_transaction (posting_key, kind, company_id, currency, occurred_at)
                   select 'invoice:' || number, 'invoice', company_id, currency, issued_at from i returning *)
        insert into ledger_entry (transaction_id, line_no, company_id, account, amount_minor, currency, invoice_id)
        select t.id, side.n, t.company_id, side.account, side.amount, t.currency, i.id
          from t join i on t.posting_key = 'invoice:' || i.number
          cross join (values (1, 'receivable', 1001), (2, 'sales', -1001)) side(n, account, amount)
        """),
        {"company": company.id, "count": count, "at": datetime(2026, 6, 10, tzinfo=UTC) + timedelta(hours=5)},
    )
    session.commit()
