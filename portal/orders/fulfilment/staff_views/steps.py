"""The steps that need no more than a press: accept, begin, tinted, ready, sent out, delivered; and a new promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.foundation.errors import Rejected
from portal.orders.fulfilment.page import back_to, local_moment, refused_page
from portal.orders.fulfilment.use_cases import acceptance, delivery, picks, readiness
from portal.orders.pages import staff_blueprint
from portal.orders.tracking.queries.order import order_at_store
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash

Answer = Response | tuple[str, int]


@staff_blueprint.post("/counter/orders/<number>/acceptance")
@needs("counter:work")
def accept(number: str) -> Answer:
    return _step(number, acceptance.accept, f"Order {number} is accepted.")


@staff_blueprint.post("/counter/orders/<number>/picking")
@needs("counter:work")
def start_picking(number: str) -> Answer:
    return _step(number, picks.start_picking, None)


@staff_blueprint.post("/counter/orders/<number>/lines/<int:line_no>/tinting")
@needs("counter:work")
def tint_done(number: str, line_no: int) -> Answer:
    return _step(number, picks.tint_done, f"Line {line_no} of {number} is tinted.", line_no=line_no)


@staff_blueprint.post("/counter/orders/<number>/readiness")
@needs("counter:work")
def mark_ready(number: str) -> Answer:
    """The ticked lines, with how many of each; ``all`` for everything that is left."""
    with refusing() as tried:
        picked = None if request.form.get("all") else _picked()
        order = readiness.mark_ready(db(), actor=actor(), now=now(), number=number, picked=picked)
    if tried.refused is not None:
        return refused_page(number, tried.refused)
    told = "" if order.fulfilment == "delivery" else " The customer has been told."
    rest = "" if order.status == "ready" else " The rest is still on the pick list."
    flash("ok", f"{'Part of order' if rest else 'Order'} {number} is ready.{told}{rest}")
    return back_to(number)


@staff_blueprint.post("/counter/orders/<number>/departure")
@needs("counter:work")
def dispatch(number: str) -> Answer:
    return _step(number, delivery.dispatch, f"Order {number} is on its way. The customer has been told.")


@staff_blueprint.post("/counter/orders/<number>/arrival")
@needs("counter:work")
def deliver(number: str) -> Answer:
    return _step(number, delivery.deliver, f"Order {number} is delivered.")


@staff_blueprint.post("/counter/orders/<number>/promise")
@needs("counter:work")
def change_promise(number: str) -> Answer:
    """Another time, with the reason that the customer reads."""
    zone = order_at_store(db(), actor(), number).store_zone
    with refusing() as tried:
        delivery.change_promise(
            db(),
            actor=actor(),
            now=now(),
            number=number,
            promised_at=local_moment(request.form.get("promised_at", ""), zone),
            reason=request.form.get("promise_reason", "").replace("\x00", "").strip()[:200],
        )
    if tried.refused is not None:
        return refused_page(number, tried.refused)
    flash("ok", f"The customer has been told the new time for order {number}.")
    return back_to(number)


def _step(number: str, doing: Callable[..., Any], words: str | None, **more: Any) -> Answer:
    with refusing() as tried:
        doing(db(), actor=actor(), now=now(), number=number, **more)
    if tried.refused is not None:
        return refused_page(number, tried.refused)
    if words:
        flash("ok", words)
    return back_to(number)


def _picked() -> dict[int, int]:
    """Units by line number of the ticked lines.

    :raises Rejected: ``too_many`` on the line whose number is none.
    """
    found: dict[int, int] = {}
    for text in request.form.getlist("line"):
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            continue
        units = request.form.get(f"picked-{text}", "").strip()
        if not units.isascii() or not units.isdigit() or not 0 < int(units[:9]) < 10**9:
            raise Rejected("too_many", "Give a whole number of units.", field=f"picked-{text}")
        found[int(text)] = int(units[:9])
    return found
