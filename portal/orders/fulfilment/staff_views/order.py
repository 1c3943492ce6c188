"""One order at the counter: its pick list, and the steps it can take."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.of_order import documents_of_order
from portal.foundation.clock import local
from portal.foundation.errors import Rejected
from portal.orders.fulfilment.staff_views.board import board_href
from portal.orders.pages import staff_blueprint
from portal.orders.promise import age_words, is_late, when_words, window_words
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.queries.order import OrderDetail, order_at_store
from portal.orders.tracking.words import amount_facts
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now


@staff_blueprint.get("/counter/orders/<number>")
@needs("counter:work")
def counter_order(number: str) -> str:
    """The order as the store works on it."""
    return order_page(order_at_store(db(), actor(), number))


@staff_blueprint.get("/counter/orders/<number>/slip")
@needs("counter:work")
def counter_slip(number: str) -> str:
    """The packing slip that goes with the goods."""
    order = order_at_store(db(), actor(), number)
    zone = order.store_zone
    facts = [
        ("Company", order.company_name),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Promised", when_words(order.promised_at, zone, now()) if order.promised_at else ""),
        ("Who collects", order.pickup_person),
        *amount_facts(order),
        ("Note", order.note),
    ]
    return render_template(
        "orders/tracking/slip.html",
        order=order,
        slip_facts=[(name, value) for name, value in facts if value],
        back=url_for(".counter_order", number=number),
    )


def order_page(
    order: OrderDetail, *, code: str = "", refused: Rejected | None = None, typed: Any = None
) -> str:
    """The page, with a refusal beside what it concerns. ``typed``: the form as it was sent."""
    zone = order.store_zone
    lines = sorted(order.lines, key=lambda line: (line.sku, line.line_no))
    return render_template(
        "orders/fulfilment/order.html",
        order=order,
        code=code,
        refused=refused,
        typed=typed,
        to_pick=[line for line in lines if line.quantity_reserved > line.quantity_ready],
        ready=[line for line in lines if line.quantity_ready],
        others=[line for line in lines if not line.quantity_reserved],
        board_href=board_href(order.store_code),
        facts=_facts(order),
        late=is_late(order.status, order.fulfilment, order.promised_at, now()),
        late_by=age_words(order.promised_at, now()) if order.promised_at else "",
        promised=when_words(order.promised_at, zone, now()) if order.promised_at else "",
        promise_value=local(order.promised_at or now(), zone).strftime("%Y-%m-%dT%H:%M"),
        when=lambda at: when_words(at, zone, now()),
        documents=documents_of_order(db(), order.id),
        may_take_back=any(line.quantity_invoiced > line.quantity_returned for line in order.lines),
        label=label,
        tones=TONES,
        icons=ICONS,
    )


def refused_page(number: str, no: Rejected) -> tuple[str, int]:
    """The order again, with what was refused; what was typed stays."""
    order = order_at_store(db(), actor(), number)
    code = request.form.get("code", "").replace("\x00", "")
    page = order_page(order, code=code, refused=no, typed=request.form)
    return page, 409 if no.outcome == "conflict" else 422


def local_moment(text: str, zone: str) -> datetime:
    """A date and time as a browser's field gives it, on the store's clock.

    :raises Rejected: ``promise_past`` on its field when it is none.
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise Rejected("promise_form", "Give a date and a time.", field="promised_at") from None


def back_to(number: str) -> Response:
    """Where a step was begun: the board when the form says so, or the order's page."""
    if request.form.get("back") == "board":
        return redirect(board_href(request.form.get("store")))
    return redirect(url_for("orders_staff.counter_order", number=number))


def _facts(order: OrderDetail) -> list[tuple[str, str]]:
    zone, window = order.store_zone, ""
    if order.window_start and order.window_end:
        window = window_words(order.window_start, order.window_end, zone, now())
    pairs = [
        ("Who collects", order.pickup_person),
        ("Their phone", order.pickup_phone),
        ("Pickup window", window),
        ("Ordered by", order.subject_name or order.placed_by_name),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Placed", when_words(order.placed_at, zone, now())),
        ("Ready since", when_words(order.ready_at, zone, now()) if order.ready_at else ""),
    ]
    return [(name, value) for name, value in pairs if value]
