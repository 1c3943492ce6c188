"""What the company reads about reps who worked in its account."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from portal.accounts.delegations.queries import Stay, stays_in
from portal.accounts.pages import Answer, blueprint
from portal.foundation.clock import local
from portal.foundation.errors import NotFound
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now


@blueprint.get("/acting")
@needs("company:read")
def acting_log() -> Answer:
    company_id = actor().company_id
    if company_id is None:
        raise NotFound
    page = stays_in(db(), company_id, now=now(), cursor=request.args.get("after"))
    more = url_for(".acting_log", after=page.next_cursor) if page.next_cursor else None
    first = url_for(".acting_log") if request.args.get("after") else None
    return render_template(
        "accounts/delegations/acting_log.html",
        stays=[(stay, _orders_href(stay)) for stay in page.rows],
        next_href=more,
        first_href=first,
    )


def _orders_href(stay: Stay) -> str:
    """The orders placed for this person on the days of the stay."""
    zone = actor().time_zone
    days: dict[str, Any] = {
        "from": local(stay.started_at, zone).date().isoformat(),
        "to": local(stay.ended_at or stay.expires_at, zone).date().isoformat(),
    }
    return url_for("orders.history", buyer=stay.subject_id, **days)
