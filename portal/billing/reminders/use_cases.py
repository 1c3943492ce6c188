"""Reminders of open invoices: each (invoice, step) once, one mail per company and day, and the policy behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import mailboxes
from portal.accounts.models import Company
from portal.billing.payers.letters import Readers
from portal.billing.payers.queries import people_who_may
from portal.billing.reminders.facts import record_reminder_sent, record_reminders_changed
from portal.billing.reminders.letters.reminder import reminder_mails
from portal.billing.reminders.queries import credit_of_companies, due_steps, policy_of
from portal.billing.reminders.rules import DueStep, Policy
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound
from portal.foundation.mail import Mail, send
from portal.touchpoints.kind import Change

FROM_HOUR, TO_HOUR = 8, 20  # on the seller's clock: no reminders at night
# Invoice and step are unique: of two concurrent workers only one takes a step.
TAKE = text("""
insert into reminder (invoice_id, company_id, step, sent_at, people)
select * from unnest(cast(:invoices as bigint[]), cast(:companies as bigint[]), cast(:steps as int[]),
                     cast(:times as timestamptz[]), cast(:people as int[]))
on conflict (invoice_id, step) do nothing
returning invoice_id
""")
POLICY = text("""
insert into payment_terms (company_id, kind, days, remind, remind_at, mail_statements)
values (:company, 'net', :days, :remind, :steps, :statements)
on conflict (company_id) do update set remind = :remind, remind_at = :steps, mail_statements = :statements
""")


def remind_all(sessions: Callable[[], Session], *, now: datetime, zone: str) -> int:
    """Take every step that is due on the seller's calendar day, companies in batches, one transaction per batch.

    Idempotent: a step is taken once, a company is written to once a day. After days without a worker only the latest
    step of each invoice is taken.

    :param zone: the seller's time zone; nothing is sent before 8 a.m. and after 8 p.m. there.
    :returns: the number of invoices that were reminded of.
    """
    if not FROM_HOUR <= local(now, zone).hour < TO_HOUR:
        return 0
    reminded = 0
    after: int | None = 0
    while after is not None:
        with transaction(sessions) as session:
            taken, after = _take_batch(session, after, now=now, zone=zone)
        reminded += taken
    return reminded


def change_policy(session: Session, *, actor: Actor, now: datetime, company: Company, policy: Policy) -> None:
    """Set when a company is reminded. Its terms of payment stay as they are.

    :raises NotFound: if the actor lacks the permission, as staff or for their own company.
    """
    own = actor.can("payments:administer") and actor.company_id == company.id
    if not own and not actor.can("billing:manage"):
        raise NotFound
    asked = {
        "company": company.id,
        "days": company.terms_days,
        "remind": policy.remind,
        "steps": list(policy.steps),
        "statements": policy.statements,
    }
    before = policy_of(session, company.id)
    session.execute(POLICY, asked)
    change = Change(
        {"remind": before.remind, "remind_at": before.steps, "mail_statements": before.statements},
        {"remind": policy.remind, "remind_at": policy.steps, "mail_statements": policy.statements},
    )
    if change.names:
        record_reminders_changed(session, company.id, change, actor=actor, now=now)


def _take_batch(session: Session, after: int, *, now: datetime, zone: str) -> tuple[int, int | None]:
    """Take the due steps of the companies that follow one.

    :returns: how many were taken, and the batch's last company; None when there is no batch left.
    """
    today = local(now, zone).date()
    morning = datetime.combine(today, time(), ZoneInfo(zone))
    steps = due_steps(session, today=today, morning=morning, after=after)
    if not steps:
        return 0, None
    return _take_steps(session, steps, now=now, today=today), steps[-1].company_id


def _take_steps(session: Session, steps: Sequence[DueStep], *, now: datetime, today: date) -> int:
    """The same number of statements for any number of invoices."""
    companies = {each.company_id for each in steps}
    readers = Readers(
        people_who_may(session, "invoices:pay", companies), mailboxes(session, "reminder", companies)
    )
    reachable = [each for each in steps if readers.many(each.company_id) or each.company_email]
    if not reachable:
        return 0
    taken = _take(session, reachable, readers, now)
    _mail_reminders(session, taken, readers, today)
    for each in taken:
        record_reminder_sent(session, each, now=now)
    return len(taken)


def _mail_reminders(session: Session, taken: Sequence[DueStep], readers: Readers, today: date) -> None:
    """Queue one mail per company and reader about the steps taken."""
    credit = credit_of_companies(session, {each.company_id for each in taken})
    mails: list[Mail] = []
    for _, group in groupby(taken, key=lambda each: each.company_id):
        mails += reminder_mails(list(group), readers, credit, today)
    send(session, *mails, many=True)


def _take(session: Session, steps: Sequence[DueStep], readers: Readers, now: datetime) -> list[DueStep]:
    """The steps that no other worker has taken."""
    asked = {
        "invoices": [each.invoice_id for each in steps],
        "companies": [each.company_id for each in steps],
        "steps": [each.step for each in steps],
        "times": [now] * len(steps),
        "people": [max(1, readers.many(each.company_id)) for each in steps],
    }
    taken = set(session.scalars(TAKE, asked))
    return [each for each in steps if each.invoice_id in taken]
