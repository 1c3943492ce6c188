"""One date for each document: a store's evening is on the statement on which the document says it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.documents.letterhead import Letterhead
from portal.billing.invoices.use_cases.issue import NewDocument, issue
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.billing.periods import Month
from portal.billing.statements.csv_rows import rows
from portal.billing.statements.pdf import statement_data
from portal.billing.statements.queries.months import months
from portal.billing.statements.queries.statement import AccountMonth, Statement, statement
from portal.foundation.actor import SYSTEM
from portal.foundation.tokens import new_token
from tests.builders import Build
from tests.invoices import lines_of

NEW_YORK, TOKYO = "America/New_York", "Asia/Tokyo"
# 21:30 on 31 October in Portland is 00:30 on 1 November in New York.
LATE = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
HALLOWEEN = date(2026, 10, 31)
HEAD = Letterhead("Demo Paints", "http://portal.example")


def issued(
    session: Session, company: Company, net: int, key: str, *, at: datetime = LATE, on: date = HALLOWEEN
) -> str:
    kind = "invoice" if net >= 0 else "credit_memo"
    new = NewDocument(kind, company.id, "USD", key, on, lines_of(net, 0, 1))
    made = issue(session, new, actor=SYSTEM, now=at)
    session.commit()
    assert made is not None
    return made.number


def of(session: Session, company: Company, month: int, zone: str = NEW_YORK) -> Statement:
    return statement(session, AccountMonth(company.id, Month(2026, month), "USD", zone, date(2026, 12, 5)))


def test_a_store_s_evening_is_in_the_month_of_its_document(session: Session, build: Build) -> None:
    """Invoice, credit memo, and an invoice over nothing. Seen failing: in November's, as of 1 November."""
    company = build.company()
    numbers = [issued(session, company, net, f"k{net}") for net in (10_000, -1_000, 0)]
    october, november = of(session, company, 10), of(session, company, 11)
    assert [(entry.number, entry.on) for entry in october.entries] == [(each, HALLOWEEN) for each in numbers]
    assert (october.closing_minor, november.opening_minor, november.entries) == (9_000, 9_000, ())
    assert sum(october.ages) + october.memos_minor == 9_000
    assert [(each.month.code, each.closing_minor) for each in months(session, company.id, zone=NEW_YORK)] == [
        ("2026-10", 9_000)
    ]
    sheet = statement_data(october, HEAD, buyer={"name": "A", "code": "B"})
    assert {line["date"] for line in sheet["lines"]} == {"31 Oct 2026"}
    assert {row[0] for row in rows(october, first=False, last=False)} == {"2026-10-31"}


def test_entries_come_in_the_order_of_their_days(session: Session, build: Build) -> None:
    """A store further east is a day ahead: its document comes after what happened on the seller's evening."""
    company = build.company()
    evening = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)  # 30 October in New York
    later = issued(session, company, 2_000, "b", at=evening, on=HALLOWEEN)
    first = issued(session, company, 1_000, "a", at=LATE, on=date(2026, 10, 30))
    found = of(session, company, 10)
    assert [(entry.number, entry.balance_minor) for entry in found.entries] == [
        (first, 1_000),
        (later, 3_000),
    ]


def test_money_stands_where_it_was_received(session: Session, build: Build) -> None:
    """A cheque of 31 October, recorded later by a seller in Tokyo. Seen failing: in November's."""
    company, admin = build.company(), build.actor(build.user(kind="admin"))
    receive_payment(
        session,
        actor=admin,
        company=company,
        money=OfflinePayment("cheque", 5_000, HALLOWEEN, "1001"),
        key=new_token(),
        now=datetime(2026, 11, 3, 2, 0, tzinfo=UTC),
        today=date(2026, 11, 3),
    )
    session.commit()
    assert [entry.on for entry in of(session, company, 10, TOKYO).entries] == [HALLOWEEN]
    assert of(session, company, 11, TOKYO).entries == ()
