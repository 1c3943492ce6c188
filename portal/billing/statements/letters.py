"""The mail with a month's statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from portal.billing.account.words import BUCKETS
from portal.billing.payers.letters import Readers
from portal.billing.periods import Month
from portal.billing.statements.queries.due import MonthFigures
from portal.foundation.mail import Contents, Letter, Mail, Parcel, To
from portal.foundation.money import format_minor


class Figure(TypedDict):
    """A line of the mail."""

    what: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class StatementNew(Letter, words="monthly statement"):
    """A month's account in figures; ``moved`` and ``ages`` hold what is not zero, ``overdue`` is empty if nothing is."""

    company: str
    month: str
    opening: str
    moved: list[Figure]
    closing: str
    ages: list[Figure]
    overdue: str
    owed: bool
    path: str


def statement_mails(found: MonthFigures, month: Month, readers: Readers) -> list[Mail]:
    """One company's statement, to its people and addresses, or to its own address where there are neither. All of them
    get the PDF."""
    document = enclosed_statement(found.company_id, month, found.currency)
    path = str(document["page"])
    letter = _statement(found, month, path)
    key = f"{letter.kind}:{found.company_id}:{month.code}:{found.currency}"
    mails = readers.mails(found.company_id, found.company, letter, key=key, document=document, for_all=True)
    if mails or not found.email:
        return mails
    to, parcel = To(found.email, found.company), Parcel(document=document)
    return [Mail(key=key, letter=letter, to=to, company_id=found.company_id, parcel=parcel)]


def enclosed_statement(company_id: int, month: Month, currency: str) -> Contents:
    """How a mail names a statement that it brings along (portal/billing/statements/attachments.py)."""
    return {
        "kind": "statement",
        "company_id": company_id,
        "month": month.code,
        "currency": currency,
        "page": f"/statements/{month.code}?currency={currency}",
    }


def _statement(found: MonthFigures, month: Month, path: str) -> StatementNew:
    moved = (
        ("Invoiced", found.invoiced_minor),
        ("Paid", found.paid_minor),
        ("Credited", found.credited_minor),
        ("Refunds and corrections", found.other_minor),
    )
    overdue = sum(found.ages[1:])
    return StatementNew(
        company=found.company,
        month=month.words,
        opening=format_minor(found.opening_minor, found.currency),
        moved=_figures(moved, found.currency),
        closing=format_minor(found.closing_minor, found.currency),
        ages=_figures(zip(BUCKETS, found.ages, strict=True), found.currency),
        overdue=format_minor(overdue, found.currency) if overdue else "",
        owed=found.closing_minor > 0,
        path=path,
    )


def _figures(pairs: Iterable[tuple[str, int]], currency: str) -> list[Figure]:
    return [{"what": what, "amount": format_minor(minor, currency)} for what, minor in pairs if minor]
