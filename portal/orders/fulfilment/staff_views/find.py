"""The counter's box: a number is typed, a pickup code typed or scanned."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.db import transaction
from portal.foundation.inputs import read_text
from portal.orders.fulfilment.board import Board
from portal.orders.fulfilment.board_page import board_page
from portal.orders.fulfilment.page import order_page
from portal.orders.fulfilment.queries.board import board
from portal.orders.fulfilment.queries.numbers import number_at_counter
from portal.orders.fulfilment.use_cases.scans import find_by_code
from portal.orders.pages import staff_blueprint
from portal.orders.tracking.queries.order import order_at_store
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now


@staff_blueprint.post("/counter", endpoint="find")
@needs("counter:work")
def show_found() -> str | Response | tuple[str, int]:
    """The order that a number or a scanned code names.

    A code stays out of addresses, which browsers, proxies and logs keep: it is posted, and the answer is the order's page
    with the code in its form.
    """
    shown = board(db(), actor(), now=now(), store_code=request.form.get("store") or None)
    typed = read_text(request.form, "q", 60)
    number = number_at_counter(db(), actor(), shown.store.id, typed)
    if number is not None:
        _record_lookup(shown, "number", found=True)
        return redirect(url_for("orders_staff.counter_order", number=number))
    with refusing(within=transaction(current_app.extensions["sessions"])) as tried:
        number = find_by_code(tried.session, actor=actor(), now=now(), store_id=shown.store.id, typed=typed)
    if tried.refused is not None:
        return board_page(shown, typed=typed, paused=tried.refused.message), 429
    _record_lookup(shown, "code" if number else "number", found=number is not None)
    if number is None:
        return board_page(shown, typed=typed)
    return order_page(order_at_store(db(), actor(), number), code=typed)


def _record_lookup(shown: Board, kind: str, *, found: bool) -> None:
    viewed(HistoryLookedUp(results=int(found), query_kind=kind), store_id=shown.store.id)
