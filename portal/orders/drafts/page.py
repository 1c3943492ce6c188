"""The page on which a draft is worked on, as all its actions answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.billing.credit.queries.credit import credit_of
from portal.orders.approvals.queries import ApprovalStanding, approval_standing
from portal.orders.credit_rescue.queries import split_from
from portal.orders.drafts.differences import differences
from portal.orders.drafts.facts import CartViewed
from portal.orders.drafts.forms import DRAFT, AddForm, NameForm, PasteForm
from portal.orders.drafts.lines import total_of
from portal.orders.drafts.queries import DraftHead, head_of, stocked_lines
from portal.orders.models.orders import Order
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, today

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


def show(draft_id: int, typed: Typed) -> Page:
    """The page of a draft, with what was refused on it."""
    head = head_of(db(), actor(), draft_id)
    if head.draft.state == "placed":
        number = db().scalar(select(Order.number).where(Order.draft_id == draft_id))
        return redirect(url_for("orders.detail", number=number))
    return draft_page(head, typed)


def store_of(head: DraftHead | None) -> tuple[int | None, str | None]:
    """The store whose stock counts: the draft's, once one was chosen for it; until then that of the context bar."""
    seen = visit()
    if head is not None and head.store is not None and (head.draft.checkout_at or seen.store_id is None):
        return head.store.id, head.store.name
    return seen.store_id, seen.store_name


def draft_page(head: DraftHead | None, typed: Typed) -> Page:
    store_id, store_name = store_of(head)
    lines = []
    if head is not None:
        lines = stocked_lines(
            db(), company_id=head.company.id, draft_id=head.id, today=today(), store_id=store_id
        )
        viewed(
            CartViewed(lines=len(lines)),
            account_id=head.company.id,
            store_id=store_id,
            links={"draft_id": head.id},
        )
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


LINE = f"{DRAFT}/lines/<int(max={2**53}):line_id>"
