"""The board of a store: what to do next, refreshed every few seconds while it is open."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from portal.orders.fulfilment.board_page import board_page
from portal.orders.fulfilment.page import board_href
from portal.orders.fulfilment.queries.board import board
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.pages import staff_blueprint
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.get("/counter", endpoint="counter")
@needs("counter:work")
def show_board() -> str:
    """The board."""
    shown = board(db(), actor(), now=now(), store_code=request.args.get("store"))
    return board_page(shown, alone=bool(request.headers.get("HX-Request")))


@staff_blueprint.post("/counter/backorders", endpoint="release_backorders")
@needs("counter:work")
def create_allocation() -> Response:
    """Allocate what has come in to the backordered orders."""
    shown = board(db(), actor(), now=now(), store_code=request.form.get("store") or None)
    served = fulfil_backorders(db(), actor=actor(), now=now(), store_id=shown.store.id)
    if served:
        flash(
            "ok", f"Stock given to {', '.join(order.number for order in served[:5])}. They are to be picked."
        )
    else:
        flash("info", "Nothing that the waiting orders need has come in yet.")
    return redirect(board_href(shown.store.code))
