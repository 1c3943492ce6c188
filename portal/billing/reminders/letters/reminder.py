"""The mail that reminds a company of its open invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from portal.billing.payers.letters import Readers
from portal.billing.reminders.rules import DueStep, Reminded, subject, when_words
from portal.foundation.mail import Letter, Mail, To
from portal.foundation.money import format_minor

LISTED = 50  # invoices named in one mail


class ReminderLine(TypedDict):
    """An invoice in a reminder, as JSON."""

    number: str
    amount: str
    when: str


@dataclass(frozen=True, kw_only=True)
class PaymentReminder(Letter, words="reminder of invoices"):
    """Open invoices of a company; ``more`` counts those that are not listed, ``credit`` is what it has to use."""

    subject: str
    company: str
    invoices: list[ReminderLine]
    more: int
    totals: list[str]
    credit: list[str]


def reminder_mails(
    steps: Sequence[DueStep], readers: Readers, credit: Mapping[tuple[int, str], int], today: date
) -> list[Mail]:
    """One company's reminder, to its people and addresses, or to its own address where there are neither.

    :param credit: what companies have to use, in minor units, by company and currency.
    """
    first = steps[0]
    letter = _reminder(steps, credit, today)
    key = f"{letter.kind}:{first.invoice_id}:{first.step}"  # each step is taken once, so this names one mail
    mails = readers.mails(first.company_id, first.company_name, letter, key=key)
    if mails:
        return mails
    to = To(first.company_email or "", first.company_name)
    return [Mail(key=key, letter=letter, to=to, company_id=first.company_id)]


def _totals(steps: Sequence[DueStep]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for each in steps:
        totals[each.currency] = totals.get(each.currency, 0) + each.open_minor
    return totals


def _reminder(
    steps: Sequence[DueStep], credit: Mapping[tuple[int, str], int], today: date
) -> PaymentReminder:
    invoices = [
        Reminded(each.number, each.due_on, format_minor(each.open_minor, each.currency)) for each in steps
    ]
    totals = _totals(steps)
    first, unused = steps[0], {each: credit.get((steps[0].company_id, each)) for each in sorted(totals)}
    return PaymentReminder(
        subject=subject(first.company_name, invoices, today),
        company=first.company_name,
        invoices=[
            {"number": each.number, "amount": each.open_words, "when": when_words(each.due_on, today)}
            for each in invoices[:LISTED]
        ],
        more=max(0, len(invoices) - LISTED),
        totals=[format_minor(amount, currency) for currency, amount in sorted(totals.items())],
        credit=[format_minor(amount, currency) for currency, amount in unused.items() if amount],
    )
