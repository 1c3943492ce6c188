"""Each month's statement by mail, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import mailboxes
from portal.billing.payers.letters import Readers
from portal.billing.payers.queries import people_who_may
from portal.billing.periods import Month
from portal.billing.reminders.use_cases import FROM_HOUR, TO_HOUR
from portal.billing.statements.facts import record_statement_mailed
from portal.billing.statements.letters import statement_mails
from portal.billing.statements.queries.due import MonthFigures, companies_after, is_finished, month_figures
from portal.foundation.clock import local
from portal.foundation.db import transaction
from portal.foundation.mail import Mail, send

# Company, month and currency are unique: of two workers only one takes a statement.
_TAKE = text("""
insert into statement_mail (company_id, month, currency, sent_at, people)
select c, :month, u, :now, n from unnest(cast(:companies as bigint[]), cast(:currencies as varchar[]),
                                         cast(:people as int[])) as x(c, u, n)
on conflict (company_id, month, currency) do nothing
returning company_id, currency
""")
_FINISH = text("insert into statement_run (month, finished_at) values (:month, :now) on conflict do nothing")


def mail_statements(sessions: Callable[[], Session], *, now: datetime, zone: str) -> int:
    """Mail the statements of the month that ended last, companies in batches, one transaction per batch. Idempotent:
    each is mailed once. A worker that comes late sends them late, but never those of a month before.

    :param zone: the seller's time zone; nothing is sent before 8 a.m. and after 8 p.m. there.
    :returns: how many were mailed.
    """
    here = local(now, zone)
    if not FROM_HOUR <= here.hour < TO_HOUR:
        return 0
    month, sent, after = Month.of(here.date()).previous, 0, 0
    with transaction(sessions) as session:
        if is_finished(session, month):
            return 0
    while True:
        with transaction(sessions) as session:
            companies = companies_after(session, after, month, zone)
            if not companies:
                session.execute(_FINISH, {"month": month.first, "now": now})
                return sent
            sent += _mail_batch(session, companies, month, now=now, zone=zone)
            after = companies[-1]


def _mail_batch(session: Session, companies: Sequence[int], month: Month, *, now: datetime, zone: str) -> int:
    """The same number of statements for any number of companies."""
    figures = month_figures(session, companies, month, zone)
    mails = _mails(session, figures, month)
    reachable = [each for each in figures if mails[each.company_id, each.currency]]
    taken = _take(session, reachable, mails, month, now)
    send(session, *(mail for each in taken for mail in mails[each.company_id, each.currency]), many=True)
    for each in taken:
        record_statement_mailed(
            session, each.company_id, month, closing_minor=each.closing_minor, currency=each.currency, now=now
        )
    return len(taken)


def _mails(
    session: Session, figures: Sequence[MonthFigures], month: Month
) -> dict[tuple[int, str], list[Mail]]:
    ids = {each.company_id for each in figures}
    readers = Readers(people_who_may(session, "invoices:pay", ids), mailboxes(session, "statement", ids))
    return {(each.company_id, each.currency): statement_mails(each, month, readers) for each in figures}


def _take(
    session: Session,
    figures: Sequence[MonthFigures],
    mails: dict[tuple[int, str], list[Mail]],
    month: Month,
    now: datetime,
) -> list[MonthFigures]:
    """Those that no other worker has taken."""
    asked = {
        "month": month.first,
        "now": now,
        "companies": [each.company_id for each in figures],
        "currencies": [each.currency for each in figures],
        "people": [len(mails[each.company_id, each.currency]) for each in figures],
    }
    taken = {(row.company_id, row.currency) for row in session.execute(_TAKE, asked)}
    return [each for each in figures if (each.company_id, each.currency) in taken]
