"""A page of a company's invoices with its filter, as customers and staff see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request

from portal.billing.invoices.filters import MOST_TICKED, InvoiceFilter, read_filter, without
from portal.billing.invoices.list_links import Chip, FilterInUse, InvoiceList
from portal.billing.invoices.queries.invoices import InvoiceRow, invoices
from portal.billing.invoices.queries.open_documents import OpenDocument, documents_where
from portal.billing.invoices.words import document_state
from portal.billing.models.invoices import Invoice
from portal.foundation.inputs import clean_text
from portal.foundation.money import exponent
from portal.foundation.paging import Page
from portal.web.transaction import db, today


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """What the list's templates show.

    :ivar page: None while the filter cannot be read; ``errors`` then say why, by field.
    :ivar invoice_endpoint: of an invoice's page.
    :ivar pay_href: None where nobody can pay.
    :ivar export_url: makes the address of the export; None where there is none.
    """

    links: InvoiceList
    errors: Mapping[str, str]
    page: Page[InvoiceRow] | None
    chips: list[Chip]
    today: date
    invoice_endpoint: str
    pay_href: str | None = None
    export_url: Callable[..., str] | None = None
    ticked: frozenset[str] = frozenset()  # numbers that were ticked, here or on other pages
    kept: Sequence[OpenDocument] = ()  # those of them that are not on this page

    @property
    def ticks(self) -> bool:
        """Whether documents can be ticked."""
        return self.export_url is not None

    @property
    def wanted(self) -> InvoiceFilter:
        return self.links.wanted

    @property
    def typed(self) -> Mapping[str, str]:
        """The query of the address."""
        return self.links.given

    @property
    def active(self) -> list[FilterInUse]:
        return self.links.active()

    @property
    def previous_href(self) -> str | None:
        return self.links.page_href("before", self.page.previous_cursor if self.page else None)

    @property
    def next_href(self) -> str | None:
        return self.links.page_href("after", self.page.next_cursor if self.page else None)

    @property
    def export_href(self) -> str | None:
        """What is filtered, as a file."""
        return self.export_url(**{"status": "open", **self.links.kept()}) if self.export_url else None

    @property
    def export_all_href(self) -> str | None:
        return self.export_url(status="all") if self.export_url else None

    def state(self, row: InvoiceRow) -> tuple[str, str, str | None]:
        """A word, its tone and an icon for the state of a document today."""
        return document_state(row.kind, row.total_minor, row.open_minor, row.due_on, self.today)

    def exponent(self, currency: str) -> int:
        """Decimals of a currency."""
        return exponent(currency)


def list_page(
    company_id: int,
    counts: Mapping[str, int],
    url: Callable[..., str],
    *,
    invoice_endpoint: str,
    pay_href: str | None = None,
    export_url: Callable[..., str] | None = None,
) -> ListPage:
    """The page of the list that the request's query names.

    :param counts: how many documents have a status, where it is shown.
    :param url: makes the list's address of a query.
    """
    given = without(request.args, request.args.get("without", ""))
    wanted, errors = read_filter(given)
    page = None if errors else _rows(company_id, wanted)
    ticked = (
        [clean_text(each) for each in request.args.getlist("invoice")[:MOST_TICKED]] if export_url else []
    )
    links = InvoiceList(given, wanted, url, ticked)
    return ListPage(
        links=links,
        errors=errors,
        page=page,
        ticked=frozenset(ticked),
        kept=_kept(company_id, ticked, page),
        chips=links.chips(counts),
        today=today(),
        invoice_endpoint=invoice_endpoint,
        pay_href=pay_href,
        export_url=export_url,
    )


def _kept(company_id: int, ticked: Sequence[str], page: Page[InvoiceRow] | None) -> list[OpenDocument]:
    """The company's documents that are ticked and not on the page. One statement, none if there are none."""
    shown = {row.number for row in page.rows} if page else set()
    numbers = [each for each in ticked if each not in shown]
    if not numbers:
        return []
    return documents_where(db(), Invoice.company_id == company_id, Invoice.number.in_(numbers))


def _rows(company_id: int, wanted: InvoiceFilter) -> Page[InvoiceRow]:
    after, before = request.args.get("after"), request.args.get("before")
    return invoices(db(), company_id=company_id, wanted=wanted, today=today(), after=after, before=before)
