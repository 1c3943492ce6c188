"""The page on which a draft is worked on: quantities, colors, removal."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.foundation.secrets.handles import handle, read_handle
from portal.orders.drafts.forms import DRAFT, DraftInput, RemovedLine, read_colours, read_quantities
from portal.orders.drafts.page import LINE, Answer, show_draft
from portal.orders.drafts.queries import variant_name
from portal.orders.drafts.refusals import ColoursRefused, QuantitiesRefused
from portal.orders.drafts.use_cases.lines import Item, change_quantities, put_back, remove_line
from portal.orders.drafts.use_cases.tint import recolour
from portal.orders.drafts.views.changes import changes
from portal.orders.pages import blueprint
from portal.web.access import needs
from portal.web.htmx import go, wants_fragment
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@blueprint.get(DRAFT)
@needs("drafts:read")
def draft(draft_id: int) -> Answer:
    """A draft of the company; a colleague's can be read and copied."""
    return show_draft(draft_id, DraftInput())


@blueprint.post(f"{DRAFT}/lines")
@needs("drafts:write")
def change_lines(draft_id: int) -> Answer:
    """Save all quantities and colours; with ``action=checkout`` go on to pickup or delivery."""
    refused = _save(draft_id)
    if refused is not None:
        return _answer(draft_id, refused)
    if request.form.get("action") == "checkout":
        return go(url_for("orders.pickup", draft_id=draft_id))
    if wants_fragment():
        return changes(draft_id, DraftInput())
    flash("ok", "Saved.")
    return redirect(url_for("orders.draft", draft_id=draft_id))


def _answer(draft_id: int, typed: DraftInput) -> Answer:
    return changes(draft_id, typed) if wants_fragment() else show_draft(draft_id, typed)


def _save(draft_id: int, *, but: int | None = None) -> DraftInput | None:
    """Store what was typed on the lines (``but`` one); what was refused of it, if something is wrong."""
    quantities = {n: each for n, each in read_quantities(request.form).items() if n != but}
    colours = {n: each for n, each in read_colours(request.form).items() if n != but}
    with refusing() as tried:
        if quantities or but is None:  # whose draft it is is asked in any case
            change_quantities(db(), actor=actor(), now=now(), draft_id=draft_id, quantities=quantities)
        if colours:
            recolour(db(), actor=actor(), now=now(), draft_id=draft_id, colours=colours)
    no = tried.refused
    if no is None:
        return None
    return DraftInput(
        quantities={n: request.form.get(f"quantity-{handle('line', n)}", "") for n in quantities},
        colours=colours,
        problems=no.problems if isinstance(no, QuantitiesRefused) else {},
        off_colour=no.problems if isinstance(no, ColoursRefused) else {},
        message=no.message,
    )


@blueprint.post(f"{LINE}/removal", endpoint="remove_line")
@needs("drafts:write")
def delete_line(draft_id: int, line_id: int) -> Answer:
    """Take a line out, keep what was typed on the others, and offer to put it back."""
    line = remove_line(db(), actor=actor(), now=now(), draft_id=draft_id, line_id=line_id)
    refused = _save(draft_id, but=line_id)
    if refused is not None:
        return _answer(draft_id, refused)
    session["removed"] = removed = RemovedLine(
        draft=handle("draft", draft_id),
        line=handle("line", line_id),
        name=variant_name(db(), line.variant_id),
        variant_id=line.variant_id,
        quantity=line.quantity,
        colour_number=line.colour_number,
        last_time=line.last_time,
    )
    if wants_fragment():
        return changes(draft_id, DraftInput(), removed=removed)
    return redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/lines/restored")
@needs("drafts:write")
def undo_removal(draft_id: int) -> Answer:
    """Put the line back that was just removed."""
    kept: RemovedLine | None = session.pop("removed", None)
    if kept and read_handle("draft", kept.get("draft")) == draft_id:
        item = Item(kept["variant_id"], kept["quantity"], kept["colour_number"], kept["last_time"])
        put_back(db(), actor=actor(), now=now(), draft_id=draft_id, item=item)
        flash("ok", "The line is back.")
    if wants_fragment():
        return Response(status=204, headers={"HX-Refresh": "true"})
    return redirect(url_for("orders.draft", draft_id=draft_id))
