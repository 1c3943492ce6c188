"""The steps of an order that are one button each, and a new promise."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Protocol

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.inputs import read_number, read_whole, written_text
from portal.orders.fulfilment.page import back_to, local_moment, refused_page
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.delivery import change_promise, deliver, dispatch
from portal.orders.fulfilment.use_cases.picks import start_picking, tint_done
from portal.orders.fulfilment.use_cases.readiness import mark_ready
from portal.orders.pages import staff_blueprint
from portal.orders.tracking.queries.order import order_at_store
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash

Answer = Response | tuple[str, int]


class Step(Protocol):
    """A use case that needs nothing but the order."""

    def __call__(self, session: Session, *, actor: Actor, now: datetime, number: str) -> object: ...


@staff_blueprint.post("/counter/orders/<number>/acceptance", endpoint="accept")
@needs("counter:work")
def create_acceptance(number: str) -> Answer:
    return _take_step(number, accept, f"Order {number} is accepted.")


@staff_blueprint.post("/counter/orders/<number>/picking", endpoint="start_picking")
@needs("counter:work")
def create_picking(number: str) -> Answer:
    return _take_step(number, start_picking, None)


@staff_blueprint.post("/counter/orders/<number>/lines/<int:line_no>/tinting", endpoint="tint_done")
@needs("counter:work")
def create_tinting(number: str, line_no: int) -> Answer:
    return _take_step(number, partial(tint_done, line_no=line_no), f"Line {line_no} of {number} is tinted.")


@staff_blueprint.post("/counter/orders/<number>/readiness", endpoint="mark_ready")
@needs("counter:work")
def create_readiness(number: str) -> Answer:
    """The ticked lines, with how many of each; ``all`` for everything that is left."""
    with refusing() as tried:
        picked = None if request.form.get("all") else _picked()
        order = mark_ready(db(), actor=actor(), now=now(), number=number, picked=picked)
    if tried.refused is not None:
        return refused_page(number, tried.refused)
    told = "" if order.fulfilment == "delivery" else " The customer has been told."
    rest = "" if order.status == "ready" else " The rest is still on the pick list."
    flash("ok", f"{'Part of order' if rest else 'Order'} {number} is ready.{told}{rest}")
    return back_to(number)


@staff_blueprint.post("/counter/orders/<number>/departure", endpoint="dispatch")
@needs("counter:work")
def create_departure(number: str) -> Answer:
    return _take_step(number, dispatch, f"Order {number} is on its way. The customer has been told.")


@staff_blueprint.post("/counter/orders/<number>/arrival", endpoint="deliver")
@needs("counter:work")
def create_arrival(number: str) -> Answer:
    return _take_step(number, deliver, f"Order {number} is delivered.")


@staff_blueprint.post("/counter/orders/<number>/promise", endpoint="change_promise")
@needs("counter:work")
def edit_promise(number: str) -> Answer:
    """Another time, with the reason that the customer reads."""
    zone = order_at_store(db(), actor(), number).store_zone or "UTC"
    with refusing() as tried:
        change_promise(
            db(),
            actor=actor(),
            now=now(),
            number=number,
            promised_at=local_moment(request.form.get("promised_at", ""), zone),
            reason=written_text(request.form, "promise_reason"),
        )
    if tried.refused is not None:
        return refused_page(number, tried.refused)
    flash("ok", f"The customer has been told the new time for order {number}.")
    return back_to(number)


def _take_step(number: str, step: Step, words: str | None) -> Answer:
    with refusing() as tried:
        step(db(), actor=actor(), now=now(), number=number)
    if tried.refused is not None:
        return refused_page(number, tried.refused)
    if words:
        flash("ok", words)
    return back_to(number)


def _picked() -> dict[int, int]:
    """Units by line number of the ticked lines.

    :raises Rejected: ``too_many`` on the line whose number of units is none.
    """
    found: dict[int, int] = {}
    for text in request.form.getlist("line"):
        line_no = read_number(text, digits=9)
        if line_no is None:
            continue
        units = read_whole(request.form.get(f"picked-{text}"))
        if not units:
            raise Rejected("too_many", "Give a whole number of units.", field=f"picked-{text}")
        found[line_no] = units
    return found
