"""The current draft: the one to which the person adds."""

from __future__ import annotations

from flask import redirect, request, url_for

from portal.orders.drafts.forms import AddForm, DraftInput, PasteForm, read_id
from portal.orders.drafts.page import Answer, draft_page
from portal.orders.drafts.queries import current_head
from portal.orders.drafts.refusals import Discontinued
from portal.orders.drafts.use_cases.add import Addition, add_line
from portal.orders.drafts.use_cases.drafts import take_current
from portal.orders.drafts.use_cases.pasted_lines import PasteResult, add_pasted
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
