"""When autopay pays what. Pure rules, in calendar days of the seller.

=========  ==========================================================================================
rule       pays
=========  ==========================================================================================
due        each invoice on its due day
before     each invoice ``day`` days before its due day
monthly    on day ``day`` of the month, or its last day where it is shorter, everything issued until then
=========  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor

LONGEST_BEFORE = 28  # days
# An invoice whose charge failed is tried again this many days later, until it has been tried this often.
RETRY_AFTER_DAYS = 3
MOST_TRIES = 3
NOTICE_DAYS = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the table above, with the most that may be taken in one go (minor units)."""

    kind: str
    day: int = 0
    limit_minor: int | None = None

    @property
    def words(self) -> str:
        """Completes "Autopay pays …"."""
        if self.kind == "due":
            return "each invoice on its due day"
        if self.kind == "before":
            return f"each invoice {self.day} {'day' if self.day == 1 else 'days'} before it is due"
        return f"everything that is open on the {_ordinal(self.day)} of each month"


class OpenInvoice(Protocol):
    """What the rules need to know of an open invoice."""

    @property
    def issued_on(self) -> date: ...
    @property
    def due_on(self) -> date: ...
    @property
    def free_minor(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateOffer:
    """What a company is asked to agree to: a rule, the saved method that is charged, and the seller's name."""

    rule: Rule
    method_id: int
    seller: str


T = TypeVar("T", bound=OpenInvoice)


def check_rule(rule: Rule) -> None:
    """Check that there is such a rule.

    :raises Rejected: on its field.
    """
    if rule.kind not in ("due", "before", "monthly"):
        raise Rejected("rule", "Choose when autopay pays.", field="rule")
    if rule.kind == "before" and not 1 <= rule.day <= LONGEST_BEFORE:
        raise Rejected("day", f"Enter 1 to {LONGEST_BEFORE} days.", field="day")
    if rule.kind == "monthly" and not 1 <= rule.day <= 31:
        raise Rejected("day", "Enter a day of the month, 1 to 31.", field="day")
    if rule.limit_minor is not None and rule.limit_minor <= 0:
        raise Rejected("limit", "Enter an amount above nothing, or leave it empty.", field="limit")


def is_wanted(rule: Rule, issued_on: date, due_on: date, on: date) -> bool:
    """Whether an open invoice is to be paid by a run on that day. Earlier days that were missed count."""
    if rule.kind == "due":
        return due_on <= on
    if rule.kind == "before":
        return due_on - timedelta(days=rule.day) <= on
    return issued_on <= on


def is_new_on(rule: Rule, issued_on: date, due_on: date, on: date) -> bool:
    """Whether a run on that day is the first to pay the invoice. A monthly run pays everything that is open."""
    return rule.kind == "monthly" or not is_wanted(rule, issued_on, due_on, on - timedelta(days=1))


def within_limit(rule: Rule, invoices: Iterable[T], credit_minor: int = 0) -> tuple[list[T], list[T]]:
    """Invoices in the given order, each in full, that fit the limit, and those that are left to people.

    :param credit_minor: the company's own credit, which is used first and does not count against the limit.
    """
    chosen, left, total = [], [], 0
    for invoice in invoices:
        after = total + invoice.free_minor - credit_minor
        if rule.limit_minor is not None and after > rule.limit_minor:
            left.append(invoice)
        else:
            chosen.append(invoice)
            total += invoice.free_minor
    return chosen, left


def may_try(tries: int, last_on: date | None, on: date) -> bool:
    """Whether an invoice may be charged again on a day.

    :param tries: charges that failed, the last of them on ``last_on``.
    """
    if tries == 0 or last_on is None:
        return True
    return tries < MOST_TRIES and last_on + timedelta(days=RETRY_AFTER_DAYS) <= on


def mandate(offer: MandateOffer, *, company: str, method: str, currency: str, use_credit: bool) -> str:
    """What a company agrees to, word for word as it is shown and kept.

    :param use_credit: whether its credit memos and money on account are used first.
    """
    rule, seller = offer.rule, offer.seller
    credit = (
        " Credit memos and money on account are used first, the oldest first, and only the rest is charged."
        if use_credit
        else " Credit memos and money on account are not used; they stay until somebody uses them."
    )
    limit = (
        f" No more than {format_minor(rule.limit_minor, currency)} is taken in one go; an invoice that does not fit "
        "is left to be paid by hand."
        if rule.limit_minor is not None
        else ""
    )
    return (
        f"{company} allows {seller} to charge {method} without asking each time, to pay {rule.words}. Invoices that "
        f"are overdue already are paid at the first run.{credit}{limit} Invoices that are disputed, promised for a later day "
        f"or charged back by a bank are left out. {company} is told by e-mail {NOTICE_DAYS} days ahead, and what came "
        f"of it. A charge that fails is tried again after {RETRY_AFTER_DAYS} days, {MOST_TRIES} times in all. Autopay "
        "ends at once when an administrator or approver of the company ends it here."
    )


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
