"""The company's drafts: parked, resumed, named, discarded, taken over."""

from __future__ import annotations

from typing import TypedDict

from flask import redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal.orders.drafts.facts import DraftViewed
from portal.orders.drafts.forms import DRAFT, DraftInput, NameForm
from portal.orders.drafts.page import Answer, show_draft
from portal.orders.drafts.queries import drafts_of
from portal.orders.drafts.use_cases.drafts import discard, park, rename, restore, resume, take_over
from portal.orders.pages import blueprint
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now
from portal.web.ui import flash


class DiscardedDraft(TypedDict, total=False):
    """A draft that was just discarded, as the browser's session keeps it."""

    id: int
    name: str
    offered: bool  # a page has offered to restore it


@blueprint.get("/drafts")
@needs("drafts:read")
def drafts() -> str:
    """Own drafts and colleagues'."""
    found = drafts_of(db(), actor())
    mine = [each for each in found if each.is_of(actor())]
    others = [each for each in found if not each.is_of(actor()) and each.lines]
    viewed(DraftViewed(drafts=len(found)), account_id=actor().customer_id)
    return render_template(
        "orders/drafts/drafts.html",
        mine=sorted(mine, key=lambda each: each.state != "current"),
        others=others,
        may_change=actor().can("drafts:write"),
        undo=_undo(),
    )


def _undo() -> DiscardedDraft | None:
    """The draft that was just discarded, offered once."""
    kept: DiscardedDraft | None = session.get("discarded")
    if kept is None or kept.get("offered"):
        return None
    session["discarded"] = {**kept, "offered": True}
    return kept


@blueprint.post(f"{DRAFT}/parking", endpoint="park")
@needs("drafts:write")
def parking(draft_id: int) -> Response:
    """Keep it for later."""
    draft = park(db(), actor=actor(), now=now(), draft_id=draft_id)
    flash("ok", f"“{draft.name}” is kept for later. You find it under saved drafts, on any device.")
    return redirect(url_for("orders.drafts"))


@blueprint.post(f"{DRAFT}/resumption", endpoint="resume")
@needs("drafts:write")
def resumption(draft_id: int) -> Response:
    """Work on it again."""
    resume(db(), actor=actor(), now=now(), draft_id=draft_id)
    return redirect(url_for("orders.current_draft"))


@blueprint.post(f"{DRAFT}/name", endpoint="rename")
@needs("drafts:write")
def edit_name(draft_id: int) -> Answer:
    """Give it a name."""
    form = NameForm()
    with refusing() as tried:
        rename(db(), actor=actor(), now=now(), draft_id=draft_id, name=form.name.data or "")
    if tried.refused is not None:
        return show_draft(draft_id, DraftInput(message=tried.refused.message))
    flash("ok", "The name is saved.")
    return redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/discarding", endpoint="discard")
@needs("drafts:write")
def discarding(draft_id: int) -> Response:
    """Discard it; it can be restored."""
    draft = discard(db(), actor=actor(), now=now(), draft_id=draft_id)
    session["discarded"] = DiscardedDraft(id=draft.id, name=draft.name)
    return redirect(url_for("orders.drafts"))


@blueprint.post(f"{DRAFT}/restoration", endpoint="restore")
@needs("drafts:write")
def restoration(draft_id: int) -> Response:
    """Restore a discarded draft."""
    restore(db(), actor=actor(), now=now(), draft_id=draft_id)
    session.pop("discarded", None)
    return redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/copies", endpoint="take_over")
@needs("drafts:write")
def create_copy(draft_id: int) -> Response:
    """Copy a colleague's draft and work on the copy."""
    copy = take_over(db(), actor=actor(), now=now(), draft_id=draft_id)
    flash("ok", "This is your copy. Your colleague's draft stays as it is.")
    return redirect(url_for("orders.draft", draft_id=copy.id))
