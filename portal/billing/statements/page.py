"""A company's statements as pages and files; customers and staff get the same, each at addresses of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Response, current_app, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from portal.accounts.models import Company
from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.pdf import MOST_LINES, TooLong, pdf
from portal.billing.periods import Month
from portal.billing.statements.csv_rows import COLUMNS, Cells, rows
from portal.billing.statements.facts import StatementDownloaded
from portal.billing.statements.month_page import MonthList, StatementPage
from portal.billing.statements.pdf import ageing, statement_data
from portal.billing.statements.queries.months import months
from portal.billing.statements.queries.statement import PAGE, AccountMonth, Statement, statement
from portal.foundation.config import Settings
from portal.foundation.errors import NotFound
from portal.web.answers.downloads import pdf_download
from portal.web.answers.heavy import apart
from portal.web.answers.spreadsheets import csv_download
from portal.web.touch import viewed
from portal.web.transaction import db, today
from portal.web.ui import flash

CSV_PIECE = 5_000
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class StatementPages:
    """``href(what, month=…)`` makes the address of "statements", "statement", "statement_pdf" and "statement_csv"."""

    company: Company
    href: Callable[..., str]

    def month_list(self) -> MonthList:
        """What the list of months shows."""
        return MonthList(
            company=self.company,
            months=months(db(), self.company.id, zone=_zone(), until=Month.of(today())),
            running=Month.of(today()),
            href=self._month_href,
        )

    def month_page(self, code: str) -> StatementPage:
        """What the page of a month shows: a page of its entries.

        :raises NotFound: if there is no such month yet, or no such page.
        """
        page = _page_number()
        of = self._month(code)
        found = statement(db(), of, size=PAGE, skip=(page - 1) * PAGE)
        if page > 1 and not found.entries:
            raise NotFound
        return StatementPage(
            company=self.company,
            statement=found,
            ageing=ageing(found),
            first_entry=(page - 1) * PAGE + 1,
            is_running=of.month == Month.of(today()),
            list_href=self.href("statements"),
            pdf_href=self._month_href("statement_pdf", of.month, of.currency),
            csv_href=self._month_href("statement_csv", of.month, of.currency),
            earlier_href=self._page_href(found, page - 1),
            later_href=self._page_href(found, page + 1),
        )

    def as_pdf(self, code: str) -> AnyResponse:
        """The month as a PDF; the transaction ends before it is made. Too long a month goes back to its page."""
        of = self._month(code)
        found = statement(db(), of, size=MOST_LINES + 1)
        company, name, back = (
            self.company,
            self._file_name(of),
            self._month_href("statement", of.month, of.currency),
        )
        head = Letterhead.of(current_app.extensions["settings"])
        data = statement_data(found, head, buyer=company.as_buyer)
        moment = found.entries[-1].at if found.entries else of.begins
        try:
            with apart():
                content = pdf("statement", data, moment=moment)
        except TooLong:
            flash("error", "This month has too many entries for a PDF. Download it as CSV.")
            return redirect(back)
        viewed(StatementDownloaded(format="pdf"), account_id=of.company_id)
        return pdf_download(content, name)

    def as_csv(self, code: str) -> Response:
        """The month as a file for a spreadsheet, read and sent in pieces."""
        of = self._month(code)

        def read(session: Session, after: str | None) -> tuple[Iterator[Cells], str | None]:
            skip = int(after or 0)
            found = statement(session, of, size=CSV_PIECE, skip=skip)
            there = skip + len(found.entries)
            is_last = there >= found.many
            return rows(found, first=not skip, last=is_last), None if is_last else str(there)

        sent = csv_download(f"{self._file_name(of)}.csv", COLUMNS, of.company_id, read)
        viewed(StatementDownloaded(format="csv"), account_id=of.company_id)
        return sent

    def _month(self, code: str) -> AccountMonth:
        """The month of the address, in the account's currency or another one that the query names."""
        month = Month.read(code)
        if month is None or month > Month.of(today()):
            raise NotFound
        asked = request.args.get("currency", "")
        currency = asked if CURRENCY.fullmatch(asked) else self.company.currency
        return AccountMonth(self.company.id, month, currency, _zone(), today())

    def _month_href(self, name: str, month: Month, currency: str, **more: int) -> str:
        other = {} if currency == self.company.currency else {"currency": currency}
        return self.href(name, month=month.code, **other, **more)

    def _page_href(self, found: Statement, page: int) -> str | None:
        if not 1 <= page <= -(-found.many // PAGE):
            return None
        return self._month_href("statement", found.month, found.currency, page=page)

    def _file_name(self, of: AccountMonth) -> str:
        other = "" if of.currency == self.company.currency else of.currency
        return file_name("statement", self.company.code, of.month.code, other)


def _page_number() -> int:
    number = request.args.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
    if page < 1:
        raise NotFound
    return page


def _zone() -> str:
    """The seller's: a month begins at its midnight."""
    settings: Settings = current_app.extensions["settings"]
    return settings.time_zone
