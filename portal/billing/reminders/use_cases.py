"""Reminders of open invoices: each (invoice, step) once, one mail per company and day, and the policy behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.payers.queries import Recipient, people_who_may
from portal.billing.reminders.facts import RemindersChanged, ReminderSent
from portal.billing.reminders.queries import DueStep, credit_of_companies, due_steps
from portal.billing.reminders.rules import Policy, Reminded, subject, when_words
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.clock import local
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound
from portal.foundation.mail import RawLetter, post_all
from portal.foundation.money import format_minor
from portal.touchpoints.recording import Event, record

MAIL = "payment_reminder"
FROM_HOUR, TO_HOUR = 8, 20  # on the seller's clock; nobody wants to be reminded at night
LISTED = 50  # invoices named in one mail
# The unique pair of invoice and step: of two workers at once each step is taken by one.
TAKE = text("""
insert into reminder (invoice_id, company_id, step, sent_at, people)
select * from unnest(cast(:invoices as bigint[]), cast(:companies as bigint[]), cast(:steps as int[]),
                     cast(:times as timestamptz[]), cast(:people as int[]))
on conflict (invoice_id, step) do nothing
returning invoice_id
""")
POLICY = text("""
insert into payment_terms (company_id, kind, days, remind, remind_at)
values (:company, 'net', :days, :remind, :steps)
on conflict (company_id) do update set remind = :remind, remind_at = :steps
""")


def remind_all(sessions: Callable[[], Session], *, now: datetime, zone: str) -> int:
    """Take every step that is due on the seller's calendar day, companies in batches, each a transaction of its own.

    May be called as often as one likes: a step is taken once, a company written to once a day. After days without
    a worker only the latest step of each invoice is taken.

    :param zone: the seller's time zone; nothing is sent there before eight and after twenty o'clock.
    :returns: how many invoices were reminded of.
    """
    clock = local(now, zone)
    if not FROM_HOUR <= clock.hour < TO_HOUR:
        return 0
    morning = datetime.combine(clock.date(), time(), ZoneInfo(zone))
    reminded, after = 0, 0
    while True:
        with transaction(sessions) as session:
            steps = due_steps(session, today=clock.date(), morning=morning, after=after)
            if not steps:
                return reminded
            reminded += _remind(session, steps, now=now, today=clock.date())
        after = steps[-1].company_id


def change_policy(session: Session, *, actor: Actor, now: datetime, company: Company, policy: Policy) -> None:
    """Set when a company is reminded. Its terms of payment stay as they are.

    :raises NotFound: for whom may change it neither as staff nor for the own company.
    """
    own = actor.can("payments:administer") and actor.company_id == company.id
    if not own and not actor.can("billing:manage"):
        raise NotFound
    asked = {
        "company": company.id,
        "days": company.terms_days,
        "remind": policy.remind,
        "steps": list(policy.steps),
    }
    session.execute(POLICY, asked)
    record(
        session,
        Event(
            RemindersChanged(fields=["remind", "remind_at"]),
            actor=actor,
            now=now,
            key=f"reminders_changed:{company.id}:{now.isoformat()}",
            account_id=company.id,
        ),
    )


def _remind(session: Session, steps: Sequence[DueStep], *, now: datetime, today: date) -> int:
    """The same number of statements for any number of invoices."""
    companies = {each.company_id for each in steps}
    people = people_who_may(session, "invoices:pay", companies)
    told = [each for each in steps if people.get(each.company_id) or each.company_email]
    if not told:
        return 0
    taken = set(
        session.scalars(
            TAKE,
            {
                "invoices": [each.invoice_id for each in told],
                "companies": [each.company_id for each in told],
                "steps": [each.step for each in told],
                "times": [now] * len(told),
                "people": [max(1, len(people.get(each.company_id, []))) for each in told],
            },
        )
    )
    mine = [each for each in told if each.invoice_id in taken]
    credit = credit_of_companies(session, companies)
    letters: list[RawLetter] = []
    for company_id, group in groupby(mine, key=lambda each: each.company_id):
        letters += _letters(list(group), people.get(company_id, []), credit, today)
    post_all(session, letters)
    for each in mine:
        record(session, _event(each, now))
    return len(mine)


def _letters(
    steps: Sequence[DueStep], people: Sequence[Recipient], credit: dict[tuple[int, str], int], today: date
) -> list[RawLetter]:
    first = steps[0]
    key = f"{MAIL}:{first.invoice_id}:{first.step}"  # each step is taken once, so this names one mail
    data = _data(steps, credit, today)
    if not people:
        return [
            RawLetter(key, MAIL, first.company_email or "", data, first.company_name, "en", first.company_id)
        ]
    return [
        RawLetter(f"{key}:{each.user_id}", MAIL, each.email, data, each.name, each.language, first.company_id)
        for each in people
    ]


def _data(steps: Sequence[DueStep], credit: dict[tuple[int, str], int], today: date) -> dict[str, Any]:
    invoices = [
        Reminded(each.number, each.due_on, format_minor(each.open_minor, each.currency)) for each in steps
    ]
    totals: dict[str, int] = {}
    for each in steps:
        totals[each.currency] = totals.get(each.currency, 0) + each.open_minor
    company_id = steps[0].company_id
    return {
        "subject": subject(steps[0].company_name, invoices, today),
        "company": steps[0].company_name,
        "invoices": [
            {"number": each.number, "amount": each.open_words, "when": when_words(each.due_on, today)}
            for each in invoices[:LISTED]
        ],
        "more": max(0, len(invoices) - LISTED),
        "totals": [format_minor(amount, currency) for currency, amount in sorted(totals.items())],
        "credit": [
            format_minor(credit[company_id, currency], currency)
            for currency in sorted(totals)
            if credit.get((company_id, currency))
        ],
    }


def _event(each: DueStep, now: datetime) -> Event:
    return Event(
        ReminderSent(number=each.number, step=str(each.step)),
        actor=SYSTEM,
        now=now,
        key=f"reminder_sent:{each.invoice_id}:{each.step}",
        account_id=each.company_id,
        channel="email",
        value_minor=each.open_minor,
        currency=each.currency,
        links={"invoice_id": each.invoice_id},
    )
