"""Reporting missing units of a line: a page of its own, so that it is never pressed by accident."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import read_whole
from portal.orders.fulfilment.use_cases.shortages import Shortage, short_pick
from portal.orders.pages import staff_blueprint
from portal.orders.status import SHORT_REASONS
from portal.orders.tracking.queries.order import order_at_store
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.get("/counter/orders/<number>/lines/<int:line_no>/shortage", endpoint="shortage")
@needs("counter:work")
def shortage_form(number: str, line_no: int) -> str:
    """How many, why, and what becomes of them."""
    return _page(number, line_no)


@staff_blueprint.post("/counter/orders/<number>/lines/<int:line_no>/shortage", endpoint="short_pick")
@needs("counter:work")
def create_shortage(number: str, line_no: int) -> Response | tuple[str, int]:
    """Correct the stock, and backorder or cancel the units."""
    shortage = Shortage(
        line_no=line_no,
        units=read_whole(request.form.get("units"), digits=8) or 0,
        reason=request.form.get("reason", ""),
        rest=request.form.get("rest", ""),
    )
    with refusing() as tried:
        short_pick(db(), actor=actor(), now=now(), number=number, shortage=shortage)
    if tried.refused is not None:
        return _page(number, line_no, refused=tried.refused), tried.status
    flash("ok", f"Line {line_no} of {number} is corrected. The customer has been told.")
    return redirect(url_for("orders_staff.counter_order", number=number))


def _page(number: str, line_no: int, *, refused: Rejected | None = None) -> str:
    order = order_at_store(db(), actor(), number)
    line = next((each for each in order.lines if each.line_no == line_no), None)
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
