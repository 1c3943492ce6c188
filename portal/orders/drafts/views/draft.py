"""The page on which a draft is worked on: lines, quantities, adding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.billing.credit.queries.credit import credit_of
from portal.orders.approvals.queries import ApprovalStanding, approval_standing
from portal.orders.credit_rescue.queries import split_from
from portal.orders.drafts.differences import differences
from portal.orders.drafts.forms import (
    DRAFT,
    AddForm,
    NameForm,
    PasteForm,
    read_colours,
    read_id,
    read_quantities,
)
from portal.orders.drafts.lines import total_of
from portal.orders.drafts.queries import DraftHead, current_head, head_of, stocked_lines
from portal.orders.drafts.use_cases import add as adding
from portal.orders.drafts.use_cases import drafts as drafting
from portal.orders.drafts.use_cases import lines as draft_lines
from portal.orders.drafts.use_cases import tint as colouring
from portal.orders.drafts.use_cases.lines import Wish
from portal.orders.models.orders import Order
from portal.orders.pages import blueprint
from portal.orders.quantities import parse_quantity
from portal.touchpoints.properties import SOURCES
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusing import refusing
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, now, today
from portal.web.ui import tell
from portal.web.urls import local_path

Page = str | tuple[str, int] | Response


@dataclass
class Typed:
    """What was typed and refused, so that nothing is lost: forms; quantities, colours and sentences by line."""

    add: AddForm | None = None
    quantities: Mapping[int, str] = field(default_factory=dict)
    colours: Mapping[int, str] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)  # with a quantity
    off_colour: Mapping[int, str] = field(default_factory=dict)  # with a colour
    message: str = ""
    replacement: str | None = None


@blueprint.get("/drafts/current")
@needs("drafts:read")
def current_draft() -> Page:
    """The draft to which the person adds; empty before the first line."""
    head = current_head(db(), actor())
    return _page(head, Typed())


@blueprint.get(DRAFT)
@needs("drafts:read")
def draft(draft_id: int) -> Page:
    """A draft of the company; a colleague's can be read and copied."""
    return show(draft_id, Typed())


def show(draft_id: int, typed: Typed) -> Page:
    """The page of a draft, with what was refused on it."""
    head = head_of(db(), actor(), draft_id)
    if head.draft.state == "placed":
        number = db().scalar(select(Order.number).where(Order.draft_id == draft_id))
        return redirect(url_for("orders.detail", number=number))
    return _page(head, typed)


def store_of(head: DraftHead | None) -> tuple[int | None, str | None]:
    """The store whose stock counts: the draft's, once one was chosen for it; until then that of the context bar."""
    seen = visit()
    if head is not None and head.store is not None and (head.draft.checkout_at or seen.store_id is None):
        return head.store.id, head.store.name
    return seen.store_id, seen.store_name


def _page(head: DraftHead | None, typed: Typed) -> Page:
    store_id, store_name = store_of(head)
    lines = []
    if head is not None:
        lines = stocked_lines(
            db(), company_id=head.company.id, draft_id=head.id, today=today(), store_id=store_id
        )
        viewed(
            "cart_viewed", account_id=head.company.id, store_id=store_id, links={"draft_id": head.id},
            props={"lines": len(lines)},
        )  # fmt: skip
    currency = head.company.currency if head else visit().currency
    notes = {line.id: differences(line, currency=currency, store_name=store_name) for line in lines}
    mine = head is None or head.draft.owner_user_id == actor().user_id
    body = render_template(
        "orders/drafts/draft.html",
        head=head,
        lines=lines,
        notes=notes,
        different=sum(1 for line in lines if notes[line.id]),
        blocked=sum(1 for line in lines if line.problem),
        total_minor=total_of(lines),
        currency=currency,
        store_name=store_name,
        may_change=mine and actor().can("drafts:write") and (head is None or head.draft.state != "discarded"),
        mine=mine,
        typed=typed,
        add_form=typed.add or AddForm(formdata=None),
        paste_form=_paste_form(head),
        name_form=NameForm(formdata=None, name=head.draft.name) if head else None,
        left_out=[each for each in head.draft.left_out if "raw" not in each] if head else [],
        wrong=[each for each in head.draft.left_out if "raw" in each] if head else [],
        undo=_undo_of(head),
        parent=split_from(db(), head.draft) if head and mine else None,
        credit=credit_of(db(), head.company.id) if head and lines and mine else None,
        standing=_approval(head) if head and mine else None,
    )
    refused = typed.message or (typed.add is not None and typed.add.errors)
    return (body, 422) if refused else body


def _approval(head: DraftHead) -> ApprovalStanding | None:
    """How its approval stands, once it has gone on to pickup or delivery: before that nobody was asked."""
    if head.draft.checkout_at is None or head.draft.state == "discarded":
        return None
    return approval_standing(
        db(), company_id=head.company.id, subject_user_id=actor().subject_user_id, draft_id=head.id
    )


def _paste_form(head: DraftHead | None) -> PasteForm:
    """Wrong lines come back in the box, ready to be corrected."""
    wrong = [each["raw"] for each in head.draft.left_out if "raw" in each] if head else []
    return PasteForm(formdata=None, pasted="\n".join(wrong))


def _undo_of(head: DraftHead | None) -> dict[str, Any] | None:
    """What was just removed from this draft, offered once."""
    kept: dict[str, Any] | None = session.get("removed")
    if head is None or kept is None or kept["draft_id"] != head.id or kept.get("offered"):
        return None
    session["removed"] = {**kept, "offered": True}
    return kept


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
        return _page(current_head(db(), actor()), Typed(add=form))
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
        return _page(current_head(db(), actor()), Typed(add=form, replacement=replacement))
    tell("ok", f"Added {variant.name}.")
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
        return _page(current_head(db(), actor()), Typed(message=tried.refused.message))
    if result.added:
        tell("ok", f"{plural(result.added, 'line')} added.")
    if result.wrong:
        tell("warn", f"{plural(len(result.wrong), 'line')} could not be read. Correct them below.")
    if not result.added and not result.wrong:
        tell("info", "There was nothing to add. Write one line each: SKU, then how many.")
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
        tell("ok", "Saved.")
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


LINE = f"{DRAFT}/lines/<int(max={2**53}):line_id>"


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
        tell("ok", "The line is back.")
    return redirect(url_for("orders.draft", draft_id=draft_id))
