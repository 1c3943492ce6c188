"""What the counter's pages share."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.sight import works_at_every_store
from portal.billing.invoices.queries.of_order import documents_of_order
from portal.foundation.clock import local
from portal.foundation.errors import Rejected
from portal.foundation.wording import po_words
from portal.orders.fulfilment.queries import Board
from portal.orders.promise import age_words, clock_words, is_late, when_words, window_words
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.queries.order import OrderDetail, order_at_store
from portal.web.sessions import actor
from portal.web.transaction import db, now


def board_href(store_code: str | None) -> str:
    """The board one came from; only an administrator has to name the store."""
    return url_for("orders_staff.counter", store=store_code if works_at_every_store(actor()) else None)


def words_of(shown: Board) -> dict[str, object]:
    """How times and states are written on this store's board."""
    zone = shown.store.time_zone
    return {
        "due": lambda at: when_words(at, zone, now()).removeprefix("today "),
        "clock": lambda at: clock_words(at, zone),
        "age": lambda at: age_words(at, now()),
        "late_by": lambda at: age_words(at, now()),
        "read_at": clock_words(now(), zone),
        "po_words": po_words,
        "label": label,
        "tones": TONES,
        "icons": ICONS,
    }


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
