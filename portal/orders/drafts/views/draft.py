"""The page on which a draft is worked on: lines, quantities, adding."""

from __future__ import annotations

from flask import redirect, request, session, url_for

from portal.orders.drafts.forms import DRAFT, AddForm, PasteForm, read_colours, read_id, read_quantities
from portal.orders.drafts.page import LINE, Page, Typed, draft_page, show
from portal.orders.drafts.queries import current_head
from portal.orders.drafts.use_cases import add as adding
from portal.orders.drafts.use_cases import drafts as drafting
from portal.orders.drafts.use_cases import lines as draft_lines
from portal.orders.drafts.use_cases import tint as colouring
from portal.orders.drafts.use_cases.lines import Wish
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


@blueprint.get("/drafts/current")
@needs("drafts:read")
def current_draft() -> Page:
    """The draft to which the person adds; empty before the first line."""
    head = current_head(db(), actor())
    return draft_page(head, Typed())


@blueprint.get(DRAFT)
@needs("drafts:read")
def draft(draft_id: int) -> Page:
    """A draft of the company; a colleague's can be read and copied."""
    return show(draft_id, Typed())


@blueprint.post("/drafts/current/lines")
@needs("drafts:write")
def add_line() -> Page:
    """Add one thing by SKU, part number or variant; to the current draft, made when there is none."""
    form = AddForm()
    back = local_path(request.form.get("next"), url_for("orders.current_draft"))
    typed_sku = form.sku.data or ""
    variant_id = read_id(request.form.get("variant_id"))
    if variant_id is None and not typed_sku:
        form.sku.errors = ["Type a SKU or your own part number."]
        return draft_page(current_head(db(), actor()), Typed(add=form))
    seen = visit()
    source = request.form.get("source", "")
    with refusing(form) as tried:
        current = drafting.current_draft(
            db(), actor=actor(), now=now(), store_id=seen.store_id, job_id=seen.job_id
        )
        variant = adding.add_line(
            db(),
            actor=actor(),
            now=now(),
            today=today(),
            draft=current,
            quantity=parse_quantity(form.quantity.data or "1"),
            variant_id=variant_id,
            sku=typed_sku,
            colour_number=(form.colour_number.data or "").upper() or None,
            source=source if source in SOURCES else "sku",
        )
    if (no := tried.refused) is not None:
        replacement = (no.details or {}).get("replacement_sku") if no.code == "discontinued" else None
        return draft_page(current_head(db(), actor()), Typed(add=form, replacement=replacement))
    flash("ok", f"Added {variant.name}.")
    return redirect(back)


@blueprint.post("/drafts/current/pasted-lines")
@needs("drafts:write")
def paste_lines() -> Page:
    """Add several lines at once; wrong ones come back to be corrected while the right ones go in."""
    form = PasteForm()
    seen = visit()
    current = drafting.current_draft(
        db(), actor=actor(), now=now(), store_id=seen.store_id, job_id=seen.job_id
    )
    with refusing() as tried:
        result = adding.add_pasted(
            db(), actor=actor(), now=now(), today=today(), draft=current, pasted=form.pasted.data or ""
        )
    if tried.refused is not None:
        return draft_page(current_head(db(), actor()), Typed(message=tried.refused.message))
    if result.added:
        flash("ok", f"{plural(result.added, 'line')} added.")
    if result.wrong:
        flash("warn", f"{plural(len(result.wrong), 'line')} could not be read. Correct them below.")
    if not result.added and not result.wrong:
        flash("info", "There was nothing to add. Write one line each: SKU, then how many.")
    return redirect(url_for("orders.current_draft", _anchor="paste" if result.wrong else None))


@blueprint.post(f"{DRAFT}/lines")
@needs("drafts:write")
def change_lines(draft_id: int) -> Page:
    """Save all quantities and colours; with ``action=checkout`` go on to pickup or delivery."""
    refused = _save(draft_id)
    if refused is not None:
        return refused
    if request.form.get("action") == "checkout":
        return redirect(url_for("orders.pickup", draft_id=draft_id))
    if not request.headers.get("HX-Request"):
        flash("ok", "Saved.")
    return redirect(url_for("orders.draft", draft_id=draft_id))


def _save(draft_id: int, *, but: int | None = None) -> Page | None:
    """Store what was typed on the lines (``but`` one); the page with the problems when something is wrong."""
    quantities = {n: each for n, each in read_quantities(request.form).items() if n != but}
    colours = {n: each for n, each in read_colours(request.form).items() if n != but}
    with refusing() as tried:
        if quantities or but is None:  # whose draft it is is asked in any case
            draft_lines.change_quantities(
                db(), actor=actor(), now=now(), draft_id=draft_id, quantities=quantities
            )
        if colours:
            colouring.recolour(db(), actor=actor(), now=now(), draft_id=draft_id, colours=colours)
    no = tried.refused
    if no is None:
        return None
    typed = Typed(
        quantities={n: request.form.get(f"quantity-{n}", "") for n in quantities},
        colours=colours,
        message=no.message,
    )
    if no.code == "colours":
        typed.off_colour = no.details or {}
    else:
        typed.problems = no.details or {}
    return show(draft_id, typed)


@blueprint.post(f"{LINE}/removal")
@needs("drafts:write")
def remove_line(draft_id: int, line_id: int) -> Page:
    """Take a line out, keep what was typed on the others, and offer to put it back."""
    line = draft_lines.remove_line(db(), actor=actor(), now=now(), draft_id=draft_id, line_id=line_id)
    refused = _save(draft_id, but=line_id)
    if refused is not None:
        return refused
    session["removed"] = {
        "draft_id": draft_id,
        "variant_id": line.variant_id,
        "quantity": line.quantity,
        "colour_number": line.colour_number,
        "last_time": line.last_time,
    }
    return redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/lines/restored")
@needs("drafts:write")
def undo_removal(draft_id: int) -> Page:
    """Put the line back that was just removed."""
    kept = session.pop("removed", None)
    if kept and kept["draft_id"] == draft_id:
        wish = Wish(kept["variant_id"], kept["quantity"], kept["colour_number"], kept["last_time"])
        draft_lines.put_back(db(), actor=actor(), now=now(), draft_id=draft_id, wish=wish)
        flash("ok", "The line is back.")
    return redirect(url_for("orders.draft", draft_id=draft_id))
