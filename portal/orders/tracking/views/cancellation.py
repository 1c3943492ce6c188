"""Cancelling an order while that is possible."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.inputs import one_text
from portal.foundation.money import format_minor
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.pages import blueprint
from portal.orders.tracking.detail import OrderDetail
from portal.orders.tracking.queries.order import order_for
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now
from portal.web.ui import flash


@blueprint.get("/orders/<number>/cancellation", endpoint="confirm_cancel")
@needs("orders:cancel")
def cancellation_form(number: str) -> str | Response:
    """The question before cancelling, on a page of its own for browsers without scripts."""
    order = order_for(db(), actor(), number)
    if not order.is_cancellable:
        return redirect(url_for(".detail", number=number))
    return render_template("orders/tracking/cancel.html", order=order, error=None, typed="")


@blueprint.post("/orders/<number>/cancellation", endpoint="cancel")
@needs("orders:cancel")
def create_cancellation(number: str) -> Response | tuple[str, int]:
    """Cancel the order, or the backordered part of it."""
    reason = one_text(request.form, "reason")
    # Cancelling the rest of an order may charge what was collected of it, and only the portal itself may do that.
    with refusing(within=books()) as tried:
        done = cancel(tried.session, actor=actor(), now=now(), number=number, reason=reason)
    if tried.refused is not None:
        order = order_for(db(), actor(), number)
        page = render_template(
            "orders/tracking/cancel.html", order=order, error=tried.refused.message, typed=reason
        )
        return page, tried.status
    outcome = "is cancelled" if done.status == "cancelled" else "no longer waits for anything"
    flash("ok", f"Order {number} {outcome}. {_where_the_money_is(order_for(db(), actor(), number))}")
    return redirect(url_for(".detail", number=number))


def _where_the_money_is(order: OrderDetail) -> str:
    if not order.ended_ahead_minor:
        return "The amount is free on your account again."
    kept = format_minor(order.ended_ahead_minor, order.currency)
    return f"{kept} that was paid ahead stays on your account."
