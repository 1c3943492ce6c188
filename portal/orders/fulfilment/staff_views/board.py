"""The board of a store: what to do next, read again every few seconds while it is open."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from portal.orders.fulfilment.page import board_href, words_of
from portal.orders.fulfilment.queries import board
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.pages import staff_blueprint
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.get("/counter")
@needs("counter:work")
def counter() -> str:
    """The board."""
    shown = board(db(), actor(), now=now(), store_code=request.args.get("store"))
    part = (
        "orders/fulfilment/_board.html"
        if request.headers.get("HX-Request")
        else "orders/fulfilment/board.html"
    )
    return render_template(part, board=shown, typed="", paused="", **words_of(shown))


@staff_blueprint.post("/counter/backorders")
@needs("counter:work")
def release_backorders() -> Response:
    """Give what has come in to the orders that wait for it."""
    shown = board(db(), actor(), now=now(), store_code=request.form.get("store") or None)
    served = fulfil_backorders(db(), actor=actor(), now=now(), store_id=shown.store.id)
    if served:
        flash(
            "ok", f"Stock given to {', '.join(order.number for order in served[:5])}. They are to be picked."
        )
    else:
        flash("info", "Nothing that the waiting orders need has come in yet.")
    return redirect(board_href(shown.store.code))
