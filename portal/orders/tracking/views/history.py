"""The company's orders: the list, its filters, and the export of exactly what is filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from portal.foundation.clock import local
from portal.foundation.money import to_major
from portal.foundation.paging import Page
from portal.foundation.secrets.handles import handle
from portal.orders.pages import blueprint
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.facts import OrderHistoryViewed
from portal.orders.tracking.filter_links import STATUS_CHOICES, ActiveFilter, Chip, FilterLinks
from portal.orders.tracking.forms import read_filter
from portal.orders.tracking.queries.history import HistoryRow, buyers, export_rows, history
from portal.orders.tracking.queries.history_filter import HistoryFilter
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.answers.spreadsheets import PIECE, csv_download, plain
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now

EXPORT_COLUMNS = (
    "Order",
    "Placed",
    "Status",
    "PO number",
    "Job",
    "Ordered by",
    "Placed by",
    "Pickup or delivery",
    "Store",
    "Lines",
    "Sales tax",
    "Total",
    "Currency",
)


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """What surrounds the rows of the list."""

    wanted: HistoryFilter
    errors: dict[str, str]
    buyer_options: Sequence[tuple[str, str]]
    chips: list[Chip]
    active: list[ActiveFilter]
    export_href: str  # empty without the permission, as the next
    lines_href: str
    previous_href: str | None
    next_href: str | None
    may_reorder: bool


@blueprint.get("/orders", endpoint="history")
@needs("orders:read")
def show_history() -> str | tuple[str, int]:
    """Newest first, a page at a time."""
    wanted, errors = read_filter(request.args, actor().time_zone)
    rows = None if errors else _rows(wanted)
    body = render_template(
        "orders/tracking/history.html",
        rows=rows,
        page=_page(wanted, errors, rows),
        typed=request.args,
        status_choices=STATUS_CHOICES,
        label=label,
        tones=TONES,
        icons=ICONS,
    )
    return (body, 422) if errors else body


def _rows(wanted: HistoryFilter) -> Page[HistoryRow]:
    company_id, given = actor().customer_id, request.args
    page = history(
        db(), company_id=company_id, wanted=wanted, after=given.get("after"), before=given.get("before")
    )
    viewed(OrderHistoryViewed(results=len(page.rows), filters=wanted.in_use), account_id=company_id)
    return page


def _page(wanted: HistoryFilter, errors: dict[str, str], rows: Page[HistoryRow] | None) -> HistoryPage:
    people, links = buyers(db(), actor().customer_id), FilterLinks.of(request.args)
    return HistoryPage(
        wanted=wanted,
        errors=errors,
        buyer_options=[(handle("person", id), name) for id, name in people],
        chips=links.chips(),
        active=links.active(wanted, dict(people)),
        export_href=links.export() if actor().can("orders:export") else "",
        lines_href=links.export_lines() if actor().can("orders:export") else "",
        previous_href=links.page("before", rows.previous_cursor if rows else None),
        next_href=links.page("after", rows.next_cursor if rows else None),
        may_reorder=actor().can("drafts:write"),
    )


@blueprint.get("/orders.csv", endpoint="export")
@needs("orders:export")
def show_export() -> Response | str | tuple[str, int]:
    """The filtered orders as a file for a spreadsheet, read and sent in pieces whatever its size."""
    wanted, errors = read_filter(request.args, actor().time_zone)
    if errors:
        return show_history()
    company_id = actor().customer_id
    day = local(now(), wanted.zone).date()

    def read(session: Session, after: str | None) -> tuple[list[tuple[object, ...]], str | None]:
        rows, after = export_rows(session, company_id=company_id, wanted=wanted, after=after, size=PIECE)
        return [_cells(row, wanted.zone) for row in rows], after

    sent = csv_download(f"orders-{day.isoformat()}.csv", EXPORT_COLUMNS, company_id, read)
    viewed(DocumentDownloaded(document="orders", format="csv", filters=wanted.in_use), account_id=company_id)
    return sent


def _cells(row: HistoryRow, zone: str) -> tuple[object, ...]:
    placed = local(row.placed_at, zone)
    return (
        plain(row.number),
        f"{placed:%Y-%m-%d %H:%M}",
        label(row.status, row.fulfilment),
        plain(row.po_number),
        plain(row.job_name),
        plain(row.subject_name),
        plain(row.placed_by_name),
        row.fulfilment,
        plain(row.store_name or ""),
        row.line_count,
        to_major(row.tax_minor, row.currency),
        to_major(row.total_minor, row.currency),
        row.currency,
    )
