"""What the company reads about reps who worked in its account."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from portal.accounts.delegations.queries import DelegationRow, delegations_in
from portal.accounts.pages import Answer, blueprint
from portal.foundation.clock import local
from portal.foundation.errors import NotFound
from portal.foundation.secrets.handles import handle
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now


@blueprint.get("/acting")
@needs("company:read")
def acting_log() -> Answer:
    company_id = actor().company_id
    if company_id is None:
        raise NotFound
    page = delegations_in(db(), company_id, now=now(), cursor=request.args.get("after"))
    more = url_for(".acting_log", after=page.next_cursor) if page.next_cursor else None
    first = url_for(".acting_log") if request.args.get("after") else None
    return render_template(
        "accounts/delegations/acting_log.html",
        delegations=[(row, _orders_href(row)) for row in page.rows],
        next_href=more,
        first_href=first,
    )


def _orders_href(row: DelegationRow) -> str:
    """The orders placed for this person on the days of the delegation."""
    zone = actor().time_zone
    first = local(row.started_at, zone).date().isoformat()
    last = local(row.ended_at or row.expires_at, zone).date().isoformat()

    def href(**days: Any) -> str:
        return url_for("orders.history", buyer=handle("person", row.subject_id), **days)

    return href(**{"from": first, "to": last})
