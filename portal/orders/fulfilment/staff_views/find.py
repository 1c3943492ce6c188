"""The counter's box: a number is typed, a pickup code typed or scanned."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.db import transaction
from portal.orders.fulfilment.page import order_page, words_of
from portal.orders.fulfilment.queries import Board, board, number_at_counter
from portal.orders.fulfilment.use_cases import scans as scanning
from portal.orders.pages import staff_blueprint
from portal.orders.tracking.queries.order import order_at_store
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now


@staff_blueprint.post("/counter")
@needs("counter:work")
def find() -> str | Response | tuple[str, int]:
    """The order that a number or a scanned code names.

    A code stays out of addresses, which browsers, proxies and logs keep: it is sent, and the order it opens is
    the answer itself, with the code in its form.
    """
    shown = board(db(), actor(), now=now(), store_code=request.form.get("store") or None)
    typed = request.form.get("q", "").replace("\x00", "").strip()[:60]
    number = number_at_counter(db(), actor(), shown.store.id, typed)
    if number is not None:
        _looked_up(shown, "number", found=True)
        return redirect(url_for("orders_staff.counter_order", number=number))
    with refusing(within=transaction(current_app.extensions["sessions"])) as tried:
        number = scanning.find_by_code(
            tried.session, actor=actor(), now=now(), store_id=shown.store.id, typed=typed
        )
    if tried.refused is not None:
        return _nothing_found(shown, typed, tried.refused.message), 429
    _looked_up(shown, "code" if number else "number", found=number is not None)
    if number is None:
        return _nothing_found(shown, typed)
    return order_page(order_at_store(db(), actor(), number), code=typed)


def _looked_up(shown: Board, kind: str, *, found: bool) -> None:
    viewed(HistoryLookedUp(results=int(found), query_kind=kind), store_id=shown.store.id)


def _nothing_found(shown: Board, typed: str, paused: str = "") -> str:
    return render_template(
        "orders/fulfilment/board.html", board=shown, typed=typed, paused=paused, **words_of(shown)
    )
