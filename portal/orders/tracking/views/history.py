"""The company's orders: the list, its filters, and the export of exactly what is filtered."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for
from sqlalchemy import Row
from sqlalchemy.orm import Session

from portal.foundation.clock import local, typed_day
from portal.foundation.money import to_major
from portal.orders.pages import blueprint
from portal.orders.status import ICONS, LABELS, ORDER_STATES, TONES, label
from portal.orders.tracking.facts import OrderHistoryViewed
from portal.orders.tracking.queries.history import STATUS_GROUPS, HistoryFilter, buyers, export_rows, history
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
STATUS_CHOICES = (
    ("", "Any status"),
    ("open", "Open"),
    ("done", "Collected or delivered"),
    *((state, LABELS[state]) for state in ORDER_STATES),
)
CHIPS = (("", "All"), ("open", "Open"), ("ready", "Ready"), ("backordered", "Backordered"), ("done", "Done"))


@blueprint.get("/orders", endpoint="history")
@needs("orders:read")
def history_view() -> str | tuple[str, int]:
    """Newest first, a page at a time."""
    wanted, errors = _wanted()
    company_id = actor().customer_id
    people = buyers(db(), company_id)
    page = None
    if not errors:
        page = history(
            db(),
            company_id=company_id,
            wanted=wanted,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        viewed(
            OrderHistoryViewed(results=len(page.rows), filters=_filters_in_use(wanted)), account_id=company_id
        )
    body = render_template(
        "orders/tracking/history.html",
        page=page,
        wanted=wanted,
        errors=errors,
        typed=request.args,
        buyers=people,
        status_choices=STATUS_CHOICES,
        chips_shown=_chips(),
        active=_active(wanted, people),
        may_export=actor().can("orders:export"),
        may_reorder=actor().can("drafts:write"),
        export_href=url_for("orders.export", **_arguments()),
        previous_href=_page_href("before", page.previous_cursor if page else None),
        next_href=_page_href("after", page.next_cursor if page else None),
        label=label,
        tones=TONES,
        icons=ICONS,
    )
    return (body, 422) if errors else body


@blueprint.get("/orders.csv")
@needs("orders:export")
def export() -> Response | tuple[str, int]:
    """What is filtered, as a file for a spreadsheet: read and sent in pieces, however much it is."""
    wanted, errors = _wanted()
    if errors:
        return history_view()  # type: ignore[return-value]
    company_id = actor().customer_id
    day = local(now(), wanted.zone).date()
    viewed(
        DocumentDownloaded(document="orders", format="csv", filters=_filters_in_use(wanted)),
        account_id=company_id,
    )

    def read(session: Session, after: str | None) -> tuple[list[tuple[Any, ...]], str | None]:
        rows, after = export_rows(session, company_id=company_id, wanted=wanted, after=after, size=PIECE)
        return [_cells(row, wanted.zone) for row in rows], after

    return csv_download(f"orders-{day.isoformat()}.csv", EXPORT_COLUMNS, company_id, read)


def _cells(row: Row[Any], zone: str) -> tuple[Any, ...]:
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


def _wanted() -> tuple[HistoryFilter, dict[str, str]]:
    """The filter in the address, and what is wrong with it by field."""
    given, errors = request.args, {}
    days: dict[str, date | None] = {}
    for name in ("from", "to"):
        try:
            days[name] = typed_day(given.get(name, ""))
        except ValueError:
            days[name], errors[name] = None, "Write the date as year-month-day, for example 2026-03-31."
    if days["from"] and days["to"] and days["from"] > days["to"]:
        errors["to"] = "This is before the first date."
    status, buyer = given.get("status", ""), given.get("buyer", "")
    return HistoryFilter(
        status=status if status in {*STATUS_GROUPS, *ORDER_STATES} else "",
        placed_from=days["from"],
        placed_to=days["to"],
        buyer_id=int(buyer) if buyer.isascii() and buyer.isdigit() and len(buyer) < 18 else None,
        po=_words("po"),
        job=_words("job"),
        text=_words("q"),
        zone=actor().time_zone,
    ), errors


def _words(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "").strip()[:100]


def _arguments(*without: str) -> dict[str, Any]:
    """The filter's part of the address, for links that keep it."""
    names = ("status", "from", "to", "buyer", "po", "job", "q")
    return {n: request.args[n] for n in names if request.args.get(n) and n not in without}


def _page_href(direction: str, cursor: str | None) -> str | None:
    place: dict[str, Any] = {direction: cursor}
    return url_for("orders.history", **_arguments(), **place) if cursor else None


def _chips() -> list[dict[str, Any]]:
    others, chosen = _arguments("status"), request.args.get("status", "")
    return [
        {
            "label": words,
            "href": url_for("orders.history", **others, status=value or None),
            "current": chosen == value,
        }
        for value, words in CHIPS
    ]


def _filters_in_use(wanted: HistoryFilter) -> list[str]:
    return [
        name
        for name in ("status", "placed_from", "placed_to", "buyer_id", "po", "job", "text")
        if getattr(wanted, name)
    ]


def _active(wanted: HistoryFilter, people: list[tuple[int, str]]) -> list[dict[str, Any]]:
    """The filters in use, each with the address without it."""
    states = dict(STATUS_CHOICES)
    said = (
        ("status", wanted.status and states[wanted.status]),
        ("from", wanted.placed_from and f"from {wanted.placed_from.isoformat()}"),
        ("to", wanted.placed_to and f"to {wanted.placed_to.isoformat()}"),
        ("buyer", wanted.buyer_id and dict(people).get(wanted.buyer_id, "Someone else")),
        ("po", wanted.po and f"PO {wanted.po}"),
        ("job", wanted.job and f"Job {wanted.job}"),
        ("q", wanted.text and f"“{wanted.text}”"),
    )
    return [
        {
            "name": name,
            "label": words,
            "remove_href": url_for("orders.history", **_arguments(name)),
            "shown": name != "status" or wanted.status not in dict(CHIPS),  # a chosen chip says it already
        }
        for name, words in said
        if words
    ]
