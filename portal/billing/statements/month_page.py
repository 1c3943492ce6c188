"""What the pages of a company's statements show: the list of months, and one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.accounts.models import Company
from portal.billing.periods import Month
from portal.billing.statements.queries.months import MonthRow
from portal.billing.statements.queries.statement import Statement


@dataclass(frozen=True, kw_only=True)
class MonthList:
    """What the list of months shows; ``href(what, month, currency)`` makes the address of a month's page or file."""

    company: Company
    months: list[MonthRow]
    running: Month
    href: Callable[[str, Month, str], str]


@dataclass(frozen=True, kw_only=True)
class StatementPage:
    """What the page of a month shows: a page of its entries, of which ``first_entry`` is the number of the first.

    :ivar ageing: what is open by age, in words.
    """

    company: Company
    statement: Statement
    ageing: list[tuple[str, str]]
    first_entry: int
    is_running: bool
    list_href: str
    pdf_href: str
    csv_href: str
    earlier_href: str | None
    later_href: str | None
