"""A statement as words for its PDF. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from portal.billing.account.words import BUCKETS
from portal.billing.documents.buyer import buyer_lines
from portal.billing.documents.letterhead import Letterhead, Note, Party, Sheet, link
from portal.billing.invoices.notes import offline_lines
from portal.billing.statements.queries.statement import Entry, Statement
from portal.billing.statements.words import entry_details, entry_title
from portal.foundation.money import format_minor
from portal.foundation.wording import date_words


class AgeTable(TypedDict):
    """The open invoices by age."""

    title: str
    buckets: list[tuple[str, str]]


class StatementSheet(Sheet):
    """What templates/pdf/statement.typ prints."""

    parties: list[Party]
    facts: list[tuple[str, str]]
    hero: list[str]
    ageing: AgeTable
    opening: dict[str, str]
    lines: list[dict[str, str]]
    closing: dict[str, str]
    notes: list[Note]


def statement_data(found: Statement, head: Letterhead, *, buyer: Mapping[str, str]) -> StatementSheet:
    """The data of a statement's PDF. ``buyer``: name, code and billing details of the company."""
    ages = f"How old the open invoices are on {date_words(found.as_of)}"
    return {
        **head.sheet("Statement", found.month.words, found.currency),
        "parties": [{"label": "For", "lines": buyer_lines(buyer)}],
        "facts": _facts(found),
        "hero": _hero(found),
        "ageing": {"title": ages, "buckets": ageing(found)},
        "opening": _balance(found.month.first, "Opening balance", _money(found, found.opening_minor)),
        "lines": [_line(entry, found.currency) for entry in found.entries],
        "closing": {
            **_balance(found.as_of, "Closing balance", _money(found, found.closing_minor)),
            "charge": _money(found, found.charges_minor),
            "credit": _money(found, found.credits_minor),
        },
        "notes": _how(found, head, buyer.get("code", "")),
    }


def _money(found: Statement, minor: int) -> str:
    return format_minor(minor, found.currency)


def _facts(found: Statement) -> list[tuple[str, str]]:
    return [
        ("Period", f"{date_words(found.month.first)} to {date_words(found.as_of)}"),
        ("Opening balance", _money(found, found.opening_minor)),
        ("Charges", _money(found, found.charges_minor)),
        ("Payments and credits", _money(found, found.credits_minor)),
    ]


def _hero(found: Statement) -> list[str]:
    overdue = (
        f"{_money(found, found.overdue_minor)} of it overdue" if found.overdue_minor else "Nothing overdue"
    )
    return [f"Balance on {date_words(found.as_of)}", _money(found, found.closing_minor), overdue]


def ageing(found: Statement) -> list[tuple[str, str]]:
    """Pairs of a name and an amount: the open invoices by age, what can be applied to them, and the balance."""
    rows = list(zip(BUCKETS, found.ages, strict=True))
    rows += [("Credits", found.set_against_minor), ("Balance", found.closing_minor)]
    return [(name, format_minor(minor, found.currency)) for name, minor in rows]


def _balance(day: date, words: str, balance: str) -> dict[str, str]:
    return {"date": date_words(day), "what": words, "charge": "", "credit": "", "balance": balance}


def _line(entry: Entry, currency: str) -> dict[str, str]:
    amount = format_minor(entry.amount_minor, currency)
    return {
        "date": date_words(entry.on),
        "what": entry_title(entry),
        "about": "  ·  ".join(entry_details(entry, currency)),
        "charge": amount if entry.amount_minor > 0 else "",
        "credit": amount if entry.amount_minor < 0 else "",
        "balance": format_minor(entry.balance_minor, currency),
    }


def _how(found: Statement, head: Letterhead, code: str) -> list[Note]:
    if found.closing_minor <= 0:
        return []
    online = link("Choose what to pay at", f"{head.portal_url}/invoices")
    return [{"title": "How to pay", "lines": [online, *offline_lines(code, head)]}]
