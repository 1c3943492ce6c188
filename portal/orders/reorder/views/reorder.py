"""Reordering from an order: choose lines and quantities, then go on in the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.orders.drafts.forms import read_id, read_quantities
from portal.orders.drafts.refusals import QuantitiesRefused
from portal.orders.pages import blueprint
from portal.orders.reorder.queries.reorder import OrderedBefore, current_variants, ordered_before
from portal.orders.reorder.rules import CurrentVariant
from portal.orders.reorder.use_cases.reorder import Reorder, Reordered, reorder
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now, today
from portal.web.ui import flash


@dataclass(frozen=True, kw_only=True)
class ReorderPage:
    """What the page shows.

    :ivar current: by variant, the one that is sold today in its place.
    :ivar ticked: line numbers; None for all of them.
    :ivar draft_lines: how many lines the current draft has.
    :ivar into: new or add.
    """

    order: OrderedBefore
    current: Mapping[int, CurrentVariant]
    ticked: set[int] | None
    typed: Mapping[int, str]
    problems: Mapping[int, str]
    message: str
    draft_lines: int
    into: str


@blueprint.get("/orders/<number>/reorder", endpoint="reorder")
@needs("drafts:write")
def show_reorder(number: str) -> str:
    """Its lines, all ticked, with their quantities."""
    return _page(number, None, {}, "")


def _page(number: str, ticked: set[int] | None, problems: Mapping[int, str], message: str) -> str:
    order = ordered_before(db(), actor(), number)
    page = ReorderPage(
        order=order,
        current=current_variants(db(), [line.variant_id for line in order.lines], today()),
        ticked=ticked,
        typed={n: request.form.get(f"quantity-{n}", "") for n in (ticked or ())},
        problems=problems,
        message=message,
        draft_lines=visit().draft_lines,
        into=request.form.get("into", "new"),
    )
    return render_template("orders/reorder/reorder.html", page=page)


@blueprint.post("/orders/<number>/reorders")
@needs("drafts:write")
def start_reorder(number: str) -> Response | tuple[str, int]:
    """Make a draft of the ticked lines, or of all with ``everything=1``. What cannot be ordered is said there."""
    ticked = {n for each in request.form.getlist("line") if (n := read_id(each)) is not None}
    with refusing() as tried:
        done = reorder(db(), _read_reorder(number, ticked), actor=actor(), now=now(), today=today())
    if (no := tried.refused) is not None:
        problems = no.problems if isinstance(no, QuantitiesRefused) else {}
        return _page(number, ticked, problems, no.message), 422
    _flash_reordered(number, done)
    return redirect(url_for("orders.draft", draft_id=done.draft.id))


def _read_reorder(number: str, ticked: set[int]) -> Reorder:
    everything = request.form.get("everything") == "1"
    quantities = {n: q for n, q in read_quantities(request.form, read_id).items() if n in ticked}
    seen = visit()
    return Reorder(
        number=number,
        quantities=None if everything else quantities,
        store_id=seen.store_id,
        job_id=seen.job_id,
        add_to_current=request.form.get("into") == "add",
    )


def _flash_reordered(number: str, done: Reordered) -> None:
    if done.left_out:
        flash("warn", f"{plural(done.left_out, 'line')} of {number} could not be taken over. See why below.")
    else:
        flash("ok", f"{plural(done.taken, 'line')} of {number} in your draft.")
