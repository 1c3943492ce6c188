"""What a draft cannot take over as it was: a line that is no longer made, and the list of what was left out."""

from __future__ import annotations

from flask import redirect, url_for

from portal.orders.drafts.forms import DRAFT, DraftInput
from portal.orders.drafts.page import LINE, Answer, show_draft
from portal.orders.drafts.use_cases.lines import dismiss_left_out
from portal.orders.pages import blueprint
from portal.orders.reorder.use_cases.replacements import use_replacement
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash


@blueprint.post(f"{LINE}/replacement")
@needs("drafts:write")
def replace_line(draft_id: int, line_id: int) -> Answer:
    """Order what replaces a line that is no longer made."""
    with refusing() as tried:
        sku = use_replacement(
            db(), actor=actor(), now=now(), today=today(), draft_id=draft_id, line_id=line_id
        )
    if tried.refused is not None:
        return show_draft(draft_id, DraftInput(message=tried.refused.message))
    flash("ok", f"{sku} is in the draft instead.")
    return redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/left-out/dismissal", endpoint="dismiss_left_out")
@needs("drafts:write")
def delete_left_out(draft_id: int) -> Answer:
    """Clear the list of what could not be taken over."""
    dismiss_left_out(db(), actor=actor(), now=now(), draft_id=draft_id)
    return redirect(url_for("orders.draft", draft_id=draft_id))
