"""What was ordered, line by line, as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.foundation.clock import local
from portal.foundation.money import to_major
from portal.orders.models.orders import OrderLine
from portal.orders.pages import blueprint
from portal.orders.status import label
from portal.orders.tracking.forms import read_filter
from portal.orders.tracking.queries.history import HistoryRow, export_rows
from portal.orders.tracking.queries.order_lines import lines_of
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.answers.spreadsheets import csv_download, plain
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import now

PIECE = 200  # orders; an order has some ten lines
COLUMNS = (
    "Order",
    "Placed",
    "Status",
    "PO number",
    "Job",
    "Ordered by",
    "Line",
    "SKU",
    "Product",
    "Colour",
    "Quantity",
    "Unit",
    "Unit price",
    "Total",
    "Sales tax",
    "Currency",
    "On backorder",
    "Cancelled",
)


@blueprint.get("/order-lines.csv", endpoint="export_lines")
@needs("orders:export")
def show_lines_export() -> Response | BaseResponse:
    """The lines of the filtered orders, one row each, read and sent in pieces whatever their number."""
    wanted, errors = read_filter(request.args, actor().time_zone)
    if errors:
        return redirect(f"{url_for('orders.history')}?{request.query_string.decode()}")
    company_id = actor().customer_id
    day = local(now(), wanted.zone).date()
    viewed(
        DocumentDownloaded(document="order_lines", format="csv", filters=wanted.in_use), account_id=company_id
    )

    def read(session: Session, after: str | None) -> tuple[list[tuple[object, ...]], str | None]:
        orders, after = export_rows(session, company_id=company_id, wanted=wanted, after=after, size=PIECE)
        lines = lines_of(session, company_id=company_id, orders=orders)
        return [row for order in orders for row in _rows(order, lines[order.id], wanted.zone)], after

    return csv_download(f"order-lines-{day.isoformat()}.csv", COLUMNS, company_id, read)


def _rows(order: HistoryRow, lines: list[OrderLine], zone: str) -> Iterator[tuple[object, ...]]:
    head = (
        plain(order.number),
        f"{local(order.placed_at, zone):%Y-%m-%d %H:%M}",
        label(order.status, order.fulfilment),
        plain(order.po_number),
        plain(order.job_name),
        plain(order.subject_name),
    )
    for line in lines:
        yield (*head, *_cells(line, order.currency))


def _cells(line: OrderLine, currency: str) -> tuple[object, ...]:
    colour = " ".join(each for each in (line.colour_number, line.colour_name) if each)
    return (
        line.line_no,
        plain(line.sku),
        plain(line.name),
        plain(colour),
        line.quantity,
        plain(line.unit),
        line.unit_price,
        to_major(line.total_minor, currency),
        to_major(line.tax_minor, currency),
        currency,
        line.quantity_backordered,
        line.quantity_cancelled,
    )
