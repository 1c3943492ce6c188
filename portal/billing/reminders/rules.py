"""When a company is reminded of open invoices, and in which words. Pure rules.

Steps are days from the due day: -3 is three days before it, 0 the day itself, 7 a week after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.foundation.inputs import read_whole

DEFAULT_STEPS = (-3, 0, 7, 21, 45)
LONGEST_BEFORE, LONGEST_AFTER, MOST_STEPS = 30, 365, 8


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether a company gets mails about invoices at all (new ones, too), when it is reminded of open ones, and whether
    each month's statement is mailed."""

    remind: bool = True
    steps: tuple[int, ...] = DEFAULT_STEPS
    statements: bool = True

    @property
    def before(self) -> int:
        """Days before the due day; 0: not before it."""
        return max((-step for step in self.steps if step < 0), default=0)

    @property
    def at_due(self) -> bool:
        return 0 in self.steps

    @property
    def overdue(self) -> str:
        """``7, 21, 45``."""
        return ", ".join(str(step) for step in sorted(self.steps) if step > 0)

    @property
    def words(self) -> str:
        """In a sentence: ``3 days before the due day, on it, and 7, 21 and 45 days after it``."""
        if not self.remind:
            return "No mails about invoices"
        if not self.steps:
            return "No reminders"
        parts = [f"{_days(self.before)} before the due day"] if self.before else []
        if self.at_due:
            parts.append("on it" if parts else "on the due day")
        after = [str(step) for step in sorted(self.steps) if step > 0]
        if after:
            parts.append(f"{_joined(after)} {'day' if after == ['1'] else 'days'} after it")
        return _joined(parts)


def read_steps(before: int, at_due: bool, overdue: str) -> tuple[int, ...]:
    """The steps of what was typed, in order.

    :param overdue: whole numbers with commas or spaces between them.
    :raises ValueError: with a sentence for the person.
    """
    days = {_overdue_day(typed) for typed in overdue.replace(",", " ").split()}
    if not 0 <= before <= LONGEST_BEFORE:
        raise ValueError(f"At most {LONGEST_BEFORE} days before the due day.")
    steps = {*days, *({-before} if before else ()), *({0} if at_due else ())}
    if len(steps) > MOST_STEPS:
        raise ValueError(f"At most {MOST_STEPS} reminders of an invoice.")
    return tuple(sorted(steps))


def _overdue_day(typed: str) -> int:
    day = read_whole(typed, digits=4)
    if day is None or not 1 <= day <= LONGEST_AFTER:
        raise ValueError(f"Type whole days from 1 to {LONGEST_AFTER}, with commas between them: 7, 21, 45.")
    return day


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step that is due for an open invoice; ``open_minor`` in minor units."""

    company_id: int
    company_name: str
    company_email: str | None
    invoice_id: int
    number: str
    due_on: date
    open_minor: int
    currency: str
    step: int


@dataclass(frozen=True, slots=True)
class Reminded:
    """An invoice in a mail: number, open amount in words, its due day."""

    number: str
    due_on: date
    open_words: str


def subject(company: str, invoices: Sequence[Reminded], today: date) -> str:
    """What a mail is about: the most urgent of what it lists."""
    overdue = [each for each in invoices if each.due_on < today]
    now = [each for each in invoices if each.due_on == today]
    for chosen, words in ((overdue, "overdue"), (now, "due today")):
        if len(chosen) == 1:
            return f"Invoice {chosen[0].number} is {words}"
        if chosen:
            return f"{len(chosen)} invoices of {company} are {words}"
    if len(invoices) == 1:
        return f"Invoice {invoices[0].number} is due soon"
    return f"{len(invoices)} invoices of {company} are due soon"


def when_words(due_on: date, today: date) -> str:
    """``was due 3 Nov 2026, 7 days ago``, ``is due today``, ``is due 3 Nov 2026, in 3 days``."""
    day = f"{due_on.day} {due_on:%b %Y}"
    left = (due_on - today).days
    if left == 0:
        return "is due today"
    return f"was due {day}, {_days(-left)} ago" if left < 0 else f"is due {day}, in {_days(left)}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def _joined(parts: Iterable[str]) -> str:
    known = list(parts)
    return known[0] if len(known) == 1 else f"{', '.join(known[:-1])} and {known[-1]}" if known else ""
