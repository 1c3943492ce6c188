"""Saying that something of a line is not there: a page of its own, so that it is never pressed by accident."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.errors import NotFound, Rejected
from portal.orders.fulfilment.use_cases import shortages
from portal.orders.pages import staff_blueprint
from portal.orders.status import SHORT_REASONS
from portal.orders.tracking.queries.order import order_at_store
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.get("/counter/orders/<number>/lines/<int:line_no>/shortage")
@needs("counter:work")
def shortage(number: str, line_no: int) -> str:
    """How many, why, and what becomes of them."""
    return _page(number, line_no)


@staff_blueprint.post("/counter/orders/<number>/lines/<int:line_no>/shortage")
@needs("counter:work")
def short_pick(number: str, line_no: int) -> Response | tuple[str, int]:
    """Correct the stock, and let the customer wait or not pay for it."""
    units = request.form.get("units", "").strip()
    with refusing() as tried:
        shortages.short_pick(
            db(),
            actor=actor(),
            now=now(),
            number=number,
            line_no=line_no,
            units=int(units) if units.isascii() and units.isdigit() and len(units) < 9 else 0,
            reason=request.form.get("reason", ""),
            rest=request.form.get("rest", ""),
        )
    if tried.refused is not None:
        return _page(number, line_no, refused=tried.refused), tried.status
    flash("ok", f"Line {line_no} of {number} is corrected. The customer has been told.")
    return redirect(url_for("orders_staff.counter_order", number=number))


def _page(number: str, line_no: int, *, refused: Rejected | None = None) -> str:
    order = order_at_store(db(), actor(), number)
    line: Any = next((each for each in order.lines if each.line_no == line_no), None)
    if line is None:
        raise NotFound
    return render_template(
        "orders/fulfilment/shortage.html",
        order=order,
        line=line,
        reasons=list(SHORT_REASONS.items()),
        refused=refused,
        typed=request.form,
    )
