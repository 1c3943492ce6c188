"""Taking goods back at the counter and crediting what was wrong: a page of its own."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.credited import credits_by_amount
from portal.foundation.errors import Rejected
from portal.foundation.inputs import one_text, read_number, read_whole
from portal.foundation.money import format_minor
from portal.foundation.tokens import new_token
from portal.orders.pages import staff_blueprint
from portal.orders.returns.rules import CLAIMS, RETURNS
from portal.orders.returns.use_cases.memo import MANAGES
from portal.orders.returns.use_cases.take_back import Return, take_back
from portal.orders.returns.words import credited_words
from portal.orders.tracking.queries.order import order_at_store
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash

MAX_TOKEN = 100
LONGEST_NUMBER = 8  # digits


@staff_blueprint.get("/counter/orders/<number>/returns", endpoint="returns")
@needs("counter:work")
def return_form(number: str) -> str:
    """How many of which lines, and why."""
    return _page(number)


@staff_blueprint.post("/counter/orders/<number>/returns", endpoint="take_back")
@needs("counter:work")
def create_return(number: str) -> Response | tuple[str, int]:
    """Credit them, once however often the form is sent."""
    back = Return(
        units=_units(),
        reason=request.form.get("reason", ""),
        restock=bool(request.form.get("restock")),
        token=one_text(request.form, "token")[:MAX_TOKEN] or new_token(),
        beyond=bool(request.form.get("beyond")),
    )
    with refusing() as tried:
        memo = take_back(db(), actor=actor(), now=now(), number=number, back=back)
    if tried.refused is not None:
        return _page(number, refused=tried.refused), tried.status
    amount = format_minor(-memo.total_minor, memo.currency)
    words = f"{amount} is credited: credit memo {memo.number}. The customer sees it with the order."
    flash("ok", words if memo.total_minor else "It is taken back. Nothing of it was left to be credited.")
    return redirect(url_for("orders_staff.counter_order", number=number))


def _units() -> dict[int, int]:
    """Units by line number, as typed; zero for text that is no number, which the use case refuses."""
    found = {}
    for name, typed in request.form.items():
        line_no = read_number(name.removeprefix("units-"), digits=LONGEST_NUMBER)
        text = typed.strip()
        if name.startswith("units-") and line_no is not None and text not in ("", "0"):
            found[line_no] = read_whole(text, digits=LONGEST_NUMBER) or 0
    return found


def _page(number: str, *, refused: Rejected | None = None) -> str:
    order = order_at_store(db(), actor(), number)
    lines = [line for line in order.lines if line.quantity_invoiced]
    return render_template(
        "orders/returns/return.html",
        order=order,
        lines=lines,
        earlier=[credited_words(each, order.currency) for each in credits_by_amount(db(), order.id)],
        may_go_beyond=actor().can(MANAGES),
        anything=any(line.quantity_invoiced > line.quantity_returned for line in lines),
        returns=list(RETURNS.items()),
        claims=list(CLAIMS.items()),
        refused=refused,
        typed=request.form,
        token=request.form.get("token") or new_token(),
    )
