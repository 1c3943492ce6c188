"""What the counter's pages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.accounts.sight import works_at_every_store
from portal.billing.invoices.queries.of_order import OrderDocument, documents_of_order
from portal.foundation.clock import local
from portal.foundation.errors import Rejected
from portal.foundation.inputs import one_text
from portal.orders.promise import age_words, is_late, when_words
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.detail import DetailLine, OrderDetail
from portal.orders.tracking.queries.order import order_at_store
from portal.orders.tracking.words.progress import pickup_window
from portal.web.sessions import actor
from portal.web.transaction import db, now


@dataclass(frozen=True, kw_only=True)
class CounterOrder:
    """What the page of an order at the counter shows beside the order itself."""

    zone: str  # the store's, for all times
    code: str  # as typed or scanned
    to_pick: Sequence[DetailLine]
    ready: Sequence[DetailLine]
    others: Sequence[DetailLine]
    board_href: str
    facts: list[tuple[str, str]]
    late: bool
    late_by: str
    promised: str
    promise_value: str  # for the field of a new promise
    documents: Sequence[OrderDocument]
    may_take_back: bool

    def when(self, moment: datetime) -> str:
        """``tomorrow 6:30 am`` on the store's clock."""
        return when_words(moment, self.zone, now())


def board_href(store_code: str | None) -> str:
    """The board one came from; only an administrator has to name the store."""
    return url_for("orders_staff.counter", store=store_code if works_at_every_store(actor()) else None)


def order_page(
    order: OrderDetail,
    *,
    code: str = "",
    refused: Rejected | None = None,
    typed: MultiDict[str, str] | None = None,
) -> str:
    """The page, with a refusal beside what it concerns; ``typed`` is the form as it was sent."""
    return render_template(
        "orders/fulfilment/order.html",
        order=order,
        page=_page(order, code),
        refused=refused,
        typed=typed,
        label=label,
        tones=TONES,
        icons=ICONS,
    )


def _page(order: OrderDetail, code: str) -> CounterOrder:
    zone = order.store_zone or "UTC"
    lines = sorted(order.lines, key=lambda line: (line.sku, line.line_no))
    return CounterOrder(
        zone=zone,
        code=code,
        to_pick=[line for line in lines if line.quantity_reserved > line.quantity_ready],
        ready=[line for line in lines if line.quantity_ready],
        others=[line for line in lines if not line.quantity_reserved],
        board_href=board_href(order.store_code),
        facts=_facts(order, zone),
        late=is_late(order.status, order.fulfilment, order.promised_at, now()),
        late_by=age_words(order.promised_at, now()) if order.promised_at else "",
        promised=when_words(order.promised_at, zone, now()) if order.promised_at else "",
        promise_value=local(order.promised_at or now(), zone).strftime("%Y-%m-%dT%H:%M"),
        documents=documents_of_order(db(), order.id),
        may_take_back=any(line.quantity_invoiced > line.quantity_returned for line in order.lines),
    )


def _facts(order: OrderDetail, zone: str) -> list[tuple[str, str]]:
    pairs = [
        ("Who collects", order.pickup_person),
        ("Their phone", order.pickup_phone),
        ("Pickup window", pickup_window(order)),
        ("Ordered by", order.subject_name or order.placed_by_name),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Placed", when_words(order.placed_at, zone, now())),
        ("Ready since", when_words(order.ready_at, zone, now()) if order.ready_at else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def refused_page(number: str, no: Rejected) -> tuple[str, int]:
    """The order again, with what was refused; what was typed stays."""
    order = order_at_store(db(), actor(), number)
    code = one_text(request.form, "code")
    page = order_page(order, code=code, refused=no, typed=request.form)
    return page, 409 if no.outcome == "conflict" else 422


def local_moment(text: str, zone: str) -> datetime:
    """A date and time as a browser's field gives it, on the store's clock.

    :raises Rejected: ``promise_form`` on its field if it is none.
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise Rejected("promise_form", "Give a date and a time.", field="promised_at") from None


def back_to(number: str) -> Response:
    """Where a step was begun: the board if the form says so, or the order's page."""
    if request.form.get("back") == "board":
        return redirect(board_href(request.form.get("store")))
    return redirect(url_for("orders_staff.counter_order", number=number))
