"""One order: where it is, what is on it, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import render_template, url_for

from portal.billing.invoices.queries.of_order import OrderDocument, documents_of_order
from portal.foundation.wording import po_words
from portal.orders.pages import blueprint
from portal.orders.promise import is_late
from portal.orders.status import ICONS, SHORT_WORDS, TONES, label
from portal.orders.tracking.detail import DetailLine, OrderDetail
from portal.orders.tracking.page import seen_order
from portal.orders.tracking.queries.order import order_for
from portal.orders.tracking.words.details import about, shows_code, slip_facts, spaced, sum_rows
from portal.orders.tracking.words.lines import Part, parts_of
from portal.orders.tracking.words.progress import Step, hours_words, promise, steps
from portal.stores.hours.queries import schedules
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now

EVENT_ICONS = {"placed": "cart", **ICONS}
SHOWN_LINES = 25
WHO_SUFFIX = {
    "rep": " (sales rep)",
    "store": " (store)",
    "admin": " (administrator)",
    "support": " (support)",
}


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """What the order's page shows beside the order itself."""

    subtitle: str
    status: str
    steps: list[Step]
    promise: str | None
    late: bool
    hours: str
    code: str  # empty where none is shown
    code_withheld: bool  # there is one, for others
    about: list[tuple[str, str]]
    sum_rows: list[tuple[str, str]]
    line_summary: str
    parts_of: Callable[[DetailLine], list[Part]]
    documents: Sequence[OrderDocument]
    cancel_label: str  # empty where it cannot be cancelled
    may_reorder: bool
    may_pay: bool


@blueprint.get("/orders/<number>", endpoint="detail")
@needs("orders:read")
def show_order(number: str) -> str:
    """The order as its company sees it."""
    order = seen_order(number)
    return render_template(
        "orders/tracking/detail.html",
        order=order,
        page=_page(order),
        label=label,
        tones=TONES,
        icons=ICONS,
        event_icons=EVENT_ICONS,
        short_words=SHORT_WORDS,
        who_suffix=WHO_SUFFIX,
        shown_lines=SHOWN_LINES,
    )


def _page(order: OrderDetail) -> OrderPage:
    has_code, may_collect = shows_code(order), actor().can("orders:collect")
    return OrderPage(
        subtitle=" · ".join(filter(None, (po_words(order.po_number), order.job_name))),
        status="Partly ready" if order.is_partly_ready else label(order.status, order.fulfilment),
        steps=steps(order),
        promise=promise(order),
        late=is_late(order.status, order.fulfilment, order.promised_at, now()),
        hours=_hours(order),
        code=spaced(order.pickup_code or "") if has_code and may_collect else "",
        code_withheld=has_code and not may_collect,
        about=about(order),
        sum_rows=sum_rows(order),
        line_summary=plural(len(order.lines), "line"),
        parts_of=parts_of(order),
        documents=documents_of_order(db(), order.id) if actor().can("invoices:read") else [],
        cancel_label=_cancel_label(order),
        may_reorder=order.kind == "order" and actor().can("drafts:write"),
        may_pay=actor().can("invoices:pay"),
    )


def _hours(order: OrderDetail) -> str:
    """The store's hours, while somebody may still come for the order."""
    if order.store_id is None or not order.is_open:
        return ""
    return hours_words(schedules(db(), [order.store_id], since=now().date()).get(order.store_id))


def _cancel_label(order: OrderDetail) -> str:
    if not order.is_cancellable or not actor().can("orders:cancel"):
        return ""
    return "Cancel what still waits" if order.status == "backordered" else "Cancel this order"


@blueprint.get("/orders/<number>/slip", endpoint="slip")
@needs("orders:read")
def show_slip(number: str) -> str:
    """The packing slip, for the printer."""
    order = order_for(db(), actor(), number)
    viewed(
        DocumentDownloaded(document="packing_slip", format="html", number=order.number),
        account_id=order.company_id,
        links={"order_id": order.id},
    )
    return render_template(
        "orders/tracking/slip.html",
        order=order,
        slip_facts=slip_facts(order),
        back=url_for(".detail", number=number),
        pdf_href=url_for(".slip_pdf", number=number),
    )
