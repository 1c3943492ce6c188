"""A company's statements as pages and files; customers and staff get the same, each at addresses of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from portal.accounts.models import Company
from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.rendering import MOST_LINES, TooLong, pdf
from portal.billing.periods import Month
from portal.billing.statements.facts import StatementDownloaded
from portal.billing.statements.pdf import ageing, statement_data
from portal.billing.statements.queries import PAGE, Entry, Statement, months, statement
from portal.billing.statements.words import about, what
from portal.foundation.clock import local
from portal.foundation.config import Settings
from portal.foundation.errors import NotFound
from portal.foundation.money import to_major
from portal.web.downloads import pdf_download
from portal.web.spreadsheets import csv_download, plain
from portal.web.touch import viewed
from portal.web.transaction import db, leave, today
from portal.web.ui import flash

CSV_PIECE = 5_000
CURRENCY = re.compile(r"[A-Z]{3}")
COLUMNS = (
    "Date",
    "What",
    "Number",
    "Due",
    "PO number",
    "Job",
    "Details",
    "Charge",
    "Payment or credit",
    "Balance",
    "Currency",
)


@dataclass(frozen=True)
class StatementPages:
    """``href(what, month=…)`` makes the address of "statements", "statement", "statement_pdf" and "statement_csv"."""

    company: Company
    href: Callable[..., str]

    def month_list(self) -> dict[str, Any]:
        """What the list of months shows."""
        return {
            "company": self.company,
            "months": months(db(), self.company.id, zone=_zone()),
            "running": Month.of(today()),
            "href": self._month_href,
        }

    def one(self, code: str) -> dict[str, Any]:
        """What the page of a month shows: a page of its entries.

        :raises NotFound: when there is no such month yet, or no such page.
        """
        number = request.args.get("page", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
        if page < 1:
            raise NotFound
        month = self._month(code)
        found = self._read(month, size=PAGE, skip=(page - 1) * PAGE)
        if page > 1 and not found.entries:
            raise NotFound
        return {
            "company": self.company,
            "statement": found,
            "ageing": ageing(found),
            "what": what,
            "about": about,
            "zone": _zone(),
            "first_entry": (page - 1) * PAGE + 1,
            "is_running": month == Month.of(today()),
            "list_href": self.href("statements"),
            "pdf_href": self._month_href("statement_pdf", month, found.currency),
            "csv_href": self._month_href("statement_csv", month, found.currency),
            "earlier_href": self._page_href(month, found, page - 1),
            "later_href": self._page_href(month, found, page + 1),
        }

    def as_pdf(self, code: str) -> AnyResponse:
        """The month as a PDF; the transaction ends before it is made. Too long a month goes back to its page."""
        month = self._month(code)
        found = self._read(month, size=MOST_LINES + 1)
        settings: Settings = current_app.extensions["settings"]
        data = statement_data(
            found,
            Letterhead.of(settings),
            company_name=self.company.name,
            company_code=self.company.code,
            zone=_zone(),
        )
        moment = found.entries[-1].at if found.entries else month.begins(_zone())
        company, name = self.company, self._file_name(month, found.currency)
        leave()
        try:
            content = pdf("statement", data, moment=moment)
        except TooLong:
            flash("error", "This month has too many entries for a PDF. Download it as CSV.")
            return redirect(self._month_href("statement", month, found.currency))
        viewed(StatementDownloaded(format="pdf"), account_id=company.id)
        return pdf_download(content, name)

    def as_csv(self, code: str) -> Response:
        """The month as a file for a spreadsheet, read and sent in pieces."""
        month = self._month(code)
        currency, zone, day = self._currency(), _zone(), today()
        company_id = self.company.id

        def read(session: Session, after: str | None) -> tuple[Iterator[tuple[Any, ...]], str | None]:
            skip = int(after or 0)
            found = statement(
                session, company_id, month, currency=currency, zone=zone, today=day, size=CSV_PIECE, skip=skip
            )
            there = skip + len(found.entries)
            is_last = there >= found.many
            return _rows(found, zone, first=not skip, last=is_last), None if is_last else str(there)

        viewed(StatementDownloaded(format="csv"), account_id=company_id)
        return csv_download(f"{self._file_name(month, currency)}.csv", COLUMNS, company_id, read)

    def _month(self, code: str) -> Month:
        month = Month.read(code)
        if month is None or month > Month.of(today()):
            raise NotFound
        return month

    def _currency(self) -> str:
        """That of the company's account, or another one it has documents in."""
        asked = request.args.get("currency", "")
        return asked if CURRENCY.fullmatch(asked) else self.company.currency

    def _read(self, month: Month, *, size: int, skip: int = 0) -> Statement:
        return statement(
            db(),
            self.company.id,
            month,
            currency=self._currency(),
            zone=_zone(),
            today=today(),
            size=size,
            skip=skip,
        )

    def _month_href(self, name: str, month: Month, currency: str, **more: Any) -> str:
        other = {} if currency == self.company.currency else {"currency": currency}
        return self.href(name, month=month.code, **other, **more)

    def _page_href(self, month: Month, found: Statement, page: int) -> str | None:
        if not 1 <= page <= -(-found.many // PAGE):
            return None
        return self._month_href("statement", month, found.currency, page=page)

    def _file_name(self, month: Month, currency: str) -> str:
        other = "" if currency == self.company.currency else currency
        return file_name("statement", self.company.code, month.code, other)


def _zone() -> str:
    """The seller's: a month begins at its midnight."""
    settings: Settings = current_app.extensions["settings"]
    return settings.time_zone


def _rows(found: Statement, zone: str, *, first: bool, last: bool) -> Iterator[tuple[Any, ...]]:
    def balance(day: str, words: str, minor: int) -> tuple[Any, ...]:
        amount = to_major(minor, found.currency)
        return (day, words, "", "", "", "", "", "", "", amount, found.currency)

    if first:
        yield balance(found.month.first.isoformat(), "Opening balance", found.opening_minor)
    for entry in found.entries:
        yield _cells(entry, found.currency, zone)
    if last:
        closing = found.entries[-1].balance_minor if found.entries else found.closing_minor
        yield balance(found.as_of.isoformat(), "Closing balance", closing)


def _cells(entry: Entry, currency: str, zone: str) -> tuple[Any, ...]:
    amount = to_major(entry.amount_minor, currency)
    return (
        local(entry.at, zone).date().isoformat(),
        plain(what(entry)),
        plain(entry.number or entry.payment_number),
        entry.due_on.isoformat() if entry.due_on and entry.kind == "invoice" else "",
        plain(entry.po_number),
        plain(entry.job_name),
        plain("; ".join(about(entry, currency))),
        amount if entry.amount_minor > 0 else "",
        amount if entry.amount_minor < 0 else "",
        to_major(entry.balance_minor, currency),
        currency,
    )
