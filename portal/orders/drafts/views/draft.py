"""The page on which a draft is worked on: lines, quantities, adding."""

from __future__ import annotations

from flask import redirect, request, session, url_for

from portal.orders.drafts.forms import DRAFT, AddForm, PasteForm, read_colours, read_id, read_quantities
from portal.orders.drafts.page import LINE, Answer, DraftInput, RemovedLine, draft_page, show_draft
from portal.orders.drafts.queries import current_head
from portal.orders.drafts.refusals import ColoursRefused, Discontinued, QuantitiesRefused
from portal.orders.drafts.use_cases.add import Addition, add_line
from portal.orders.drafts.use_cases.drafts import take_current
from portal.orders.drafts.use_cases.lines import Item, change_quantities, put_back, remove_line
from portal.orders.drafts.use_cases.pasted_lines import PasteResult, add_pasted
from portal.orders.drafts.use_cases.tint import recolour
from portal.orders.drafts.work import Work
from portal.orders.pages import blueprint
from portal.orders.quantities import parse_quantity
from portal.touchpoints.properties import SOURCES
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now, today
from portal.web.ui import flash
from portal.web.urls import local_path


@blueprint.get("/drafts/current", endpoint="current_draft")
@needs("drafts:read")
def show_current_draft() -> Answer:
    """The draft to which the person adds; empty before the first line."""
    return _current_page(DraftInput())


@blueprint.get(DRAFT)
@needs("drafts:read")
def draft(draft_id: int) -> Answer:
    """A draft of the company; a colleague's can be read and copied."""
    return show_draft(draft_id, DraftInput())


def _current_page(typed: DraftInput) -> Answer:
    return draft_page(current_head(db(), actor()), typed)


def _current() -> Work:
    seen = visit()
    return take_current(db(), actor=actor(), now=now(), store_id=seen.store_id, job_id=seen.job_id)


@blueprint.post("/drafts/current/lines", endpoint="add_line")
@needs("drafts:write")
def create_line() -> Answer:
    """Add one thing by SKU, part number or variant; to the current draft, made if there is none."""
    form = AddForm()
    back = local_path(request.form.get("next"), url_for("orders.current_draft"))
    addition = _read_addition(form)
    if addition.variant_id is None and not addition.sku:
        form.sku.errors = ["Type a SKU or your own part number."]
        return _current_page(DraftInput(add=form))
    with refusing(form) as tried:
        variant = add_line(_current(), addition, today=today())
    if (no := tried.refused) is not None:
        replacement = no.replacement_sku if isinstance(no, Discontinued) else None
        return _current_page(DraftInput(add=form, replacement=replacement))
    flash("ok", f"Added {variant.name}.")
    return redirect(back)


def _read_addition(form: AddForm) -> Addition:
    source = request.form.get("source", "")
    return Addition(
        quantity=parse_quantity(form.quantity.data or "1"),
        variant_id=read_id(request.form.get("variant_id")),
        sku=form.sku.data or "",
        colour_number=(form.colour_number.data or "").upper() or None,
        source=source if source in SOURCES else "sku",
    )


@blueprint.post("/drafts/current/pasted-lines")
@needs("drafts:write")
def paste_lines() -> Answer:
    """Add several lines at once; wrong ones come back to be corrected while the right ones go in."""
    form = PasteForm()
    current = _current()
    with refusing() as tried:
        result = add_pasted(current, form.pasted.data or "", today=today())
    if tried.refused is not None:
        return _current_page(DraftInput(message=tried.refused.message))
    _flash_pasted(result)
    return redirect(url_for("orders.current_draft", _anchor="paste" if result.wrong else None))


def _flash_pasted(result: PasteResult) -> None:
    if result.added:
        flash("ok", f"{plural(result.added, 'line')} added.")
    if result.wrong:
        flash("warn", f"{plural(len(result.wrong), 'line')} could not be read. Correct them below.")
    if not result.added and not result.wrong:
        flash("info", "There was nothing to add. Write one line each: SKU, then how many.")


@blueprint.post(f"{DRAFT}/lines")
@needs("drafts:write")
def change_lines(draft_id: int) -> Answer:
    """Save all quantities and colours; with ``action=checkout`` go on to pickup or delivery."""
    refused = _save(draft_id)
    if refused is not None:
        return refused
    if request.form.get("action") == "checkout":
        return redirect(url_for("orders.pickup", draft_id=draft_id))
    if not request.headers.get("HX-Request"):
        flash("ok", "Saved.")
    return redirect(url_for("orders.draft", draft_id=draft_id))


def _save(draft_id: int, *, but: int | None = None) -> Answer | None:
    """Store what was typed on the lines (``but`` one); the page with the problems if something is wrong."""
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
    typed = DraftInput(
        quantities={n: request.form.get(f"quantity-{n}", "") for n in quantities},
        colours=colours,
        problems=no.problems if isinstance(no, QuantitiesRefused) else {},
        off_colour=no.problems if isinstance(no, ColoursRefused) else {},
        message=no.message,
    )
    return show_draft(draft_id, typed)


@blueprint.post(f"{LINE}/removal", endpoint="remove_line")
@needs("drafts:write")
def delete_line(draft_id: int, line_id: int) -> Answer:
    """Take a line out, keep what was typed on the others, and offer to put it back."""
    line = remove_line(db(), actor=actor(), now=now(), draft_id=draft_id, line_id=line_id)
    refused = _save(draft_id, but=line_id)
    if refused is not None:
        return refused
    session["removed"] = RemovedLine(
        draft_id=draft_id,
        variant_id=line.variant_id,
        quantity=line.quantity,
        colour_number=line.colour_number,
        last_time=line.last_time,
    )
    return redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/lines/restored")
@needs("drafts:write")
def undo_removal(draft_id: int) -> Answer:
    """Put the line back that was just removed."""
    kept: RemovedLine | None = session.pop("removed", None)
    if kept and kept["draft_id"] == draft_id:
        item = Item(kept["variant_id"], kept["quantity"], kept["colour_number"], kept["last_time"])
        put_back(db(), actor=actor(), now=now(), draft_id=draft_id, item=item)
        flash("ok", "The line is back.")
    return redirect(url_for("orders.draft", draft_id=draft_id))
