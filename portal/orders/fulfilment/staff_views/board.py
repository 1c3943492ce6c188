"""The board of a store: what to do next, read again every few seconds while it is open."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.sight import works_at_every_store
from portal.foundation.wording import po_words
from portal.orders.fulfilment.queries import Board, board
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.pages import staff_blueprint
from portal.orders.promise import age_words, clock_words, when_words
from portal.orders.status import ICONS, TONES, label
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import tell


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
        tell(
            "ok", f"Stock given to {', '.join(order.number for order in served[:5])}. They are to be picked."
        )
    else:
        tell("info", "Nothing that the waiting orders need has come in yet.")
    return redirect(board_href(shown.store.code))


def board_href(store_code: str | None) -> str:
    """The board one came from; only an administrator has to name the store."""
    return url_for("orders_staff.counter", store=store_code if works_at_every_store(actor()) else None)


def words_of(shown: Board) -> dict[str, object]:
    """How times and states are written on this store's board."""
    zone = shown.store.time_zone
    return {
        "due": lambda at: when_words(at, zone, now()).removeprefix("today "),
        "clock": lambda at: clock_words(at, zone),
        "age": lambda at: age_words(at, now()),
        "late_by": lambda at: age_words(at, now()),
        "read_at": clock_words(now(), zone),
        "po_words": po_words,
        "label": label,
        "tones": TONES,
        "icons": ICONS,
    }
