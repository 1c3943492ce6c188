"""What a draft cannot take over as it was: a line that is no longer made, and the list of what was left out."""

from __future__ import annotations

from flask import redirect, url_for

from portal.orders.drafts.forms import DRAFT
from portal.orders.drafts.page import LINE, Page, Typed, show
from portal.orders.drafts.use_cases import lines as draft_lines
from portal.orders.pages import blueprint
from portal.orders.reorder.use_cases import replacements as replacing
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash


@blueprint.post(f"{LINE}/replacement")
@needs("drafts:write")
def replace_line(draft_id: int, line_id: int) -> Page:
    """Order what replaces a line that is no longer made."""
    with refusing() as tried:
        sku = replacing.use_replacement(
            db(), actor=actor(), now=now(), today=today(), draft_id=draft_id, line_id=line_id
        )
    if tried.refused is not None:
        return show(draft_id, Typed(message=tried.refused.message))
    flash("ok", f"{sku} is in the draft instead.")
    return redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/left-out/dismissal")
@needs("drafts:write")
def dismiss_left_out(draft_id: int) -> Page:
    """Clear the list of what could not be taken over."""
    draft_lines.dismiss_left_out(db(), actor=actor(), now=now(), draft_id=draft_id)
    return redirect(url_for("orders.draft", draft_id=draft_id))
