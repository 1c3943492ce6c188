"""Handing over: the code is typed or scanned, and the right goods leave once."""

from __future__ import annotations

from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from portal.foundation.db import transaction
from portal.foundation.inputs import read_number
from portal.orders.fulfilment.page import board_href, refused_page
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.pickup_codes import WrongPickupCode, count_wrong_code
from portal.orders.pages import staff_blueprint
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.post("/counter/orders/<number>/handover", endpoint="hand_over")
@needs("counter:work")
def create_handover(number: str) -> Response | tuple[str, int]:
    """Hand over the ticked lines, or all that is ready."""
    typed = [read_number(text, digits=9) for text in request.form.getlist("line")]
    with refusing() as tried:
        order = hand_over(
            db(),
            actor=actor(),
            now=now(),
            number=number,
            code=request.form.get("code", "")[:40],
            lines=[line for line in typed if line is not None] if request.form.get("choose") else None,
        )
    if (no := tried.refused) is not None:
        if isinstance(no, WrongPickupCode):
            _count_wrong_code(number)
        return refused_page(number, no)
    who = f" to {order.pickup_person}" if order.pickup_person else ""
    rest = "" if order.status == "collected" else " The rest stays on the order."
    flash("ok", f"Order {number} is handed over{who}.{rest}")
    return redirect(board_href(request.form.get("store")))


def _count_wrong_code(number: str) -> None:
    """In a transaction of its own, since the request's is rolled back. The refusal has already released the lock on the
    order."""
    with transaction(current_app.extensions["sessions"]) as own:
        count_wrong_code(own, actor=actor(), now=now(), number=number)
