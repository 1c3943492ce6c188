"""Review and placement: what is ordered, exactly as it is shown."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.foundation.errors import NotFound
from portal.foundation.inputs import one_text
from portal.foundation.tokens import new_token
from portal.orders.checkout.day_words import spoken_day
from portal.orders.checkout.review_page import refused_review, review_page
from portal.orders.checkout.use_cases.placement import place
from portal.orders.drafts.forms import DRAFT, MAX_TOKEN
from portal.orders.drafts.queries import own_head
from portal.orders.models.orders import Order
from portal.orders.pages import blueprint
from portal.orders.promise import clock_words
from portal.orders.tracking.calendar import calendar_entry
from portal.orders.tracking.page import seen_order
from portal.orders.tracking.queries.order import order_for
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today


@blueprint.get(f"{DRAFT}/review")
@needs("orders:place")
def review(draft_id: int) -> str | Response:
    """Everything once more, with the button that orders it."""
    head = own_head(db(), actor(), draft_id)
    if head.draft.state == "placed":
        number = db().scalar(select(Order.number).where(Order.draft_id == draft_id))
        return redirect(url_for("orders.placed", number=number))
    if head.draft.state == "discarded":
        return redirect(url_for("orders.draft", draft_id=draft_id))
    if head.draft.checkout_at is None:
        return redirect(url_for("orders.pickup", draft_id=draft_id))
    return review_page(head, None)


@blueprint.post(f"{DRAFT}/placement", endpoint="place")
@needs("orders:place")
def create_order(draft_id: int) -> Response | tuple[str, int]:
    """Place it on account. Pressed twice, from two tabs or after going back: the same order."""
    token = one_text(request.form, "token")[:MAX_TOKEN] or new_token()
    shown = one_text(request.form, "shown")
    with refusing() as tried:
        placed = place(
            db(), actor=actor(), now=now(), today=today(), draft_id=draft_id, token=token, shown=shown
        )
    if tried.refused is not None:
        return refused_review(draft_id, tried.refused)
    return redirect(url_for("orders.placed", number=placed.number))


@blueprint.get("/orders/<number>/placed")
@needs("orders:read")
def placed(number: str) -> str:
    """The order is placed: the code, the store, the time, and what happens next."""
    order = seen_order(number)
    zone = order.store_zone or actor().time_zone
    return render_template(
        "orders/checkout/placed.html",
        order=order,
        waiting=sum(1 for line in order.lines if line.quantity_backordered),
        clock_words=lambda moment: clock_words(moment, zone),
        day_words=lambda moment, starts=False: spoken_day(moment, zone, now(), starts),
    )


@blueprint.get("/orders/<number>/calendar.ics")
@needs("orders:read")
def calendar(number: str) -> Response:
    """The pickup or delivery for the person's calendar (RFC 5545), without its code."""
    order = order_for(db(), actor(), number)
    if order.promised_at is None or order.nothing_there:
        raise NotFound
    return FlaskResponse(
        calendar_entry(order, now()),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{order.number}.ics"'},
    )
