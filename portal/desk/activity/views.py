"""What was done in the company's account, by its own people and by others on its behalf."""

from __future__ import annotations

from itertools import groupby

from flask import render_template, request, url_for

from portal.desk.activity.queries import names_in
from portal.desk.activity.story import SHOWN_TO_CUSTOMERS, story_of
from portal.desk.pages import blueprint
from portal.foundation.errors import NotFound
from portal.touchpoints.queries import timeline
from portal.web.access import needs
from portal.web.filters import day
from portal.web.sessions import actor
from portal.web.transaction import db

PAGE = 40


@blueprint.get("/activity", endpoint="activity")
@needs("company:read")
def show_activity() -> str:
    """A page of it, newest first; ``by=staff``: only what our people did."""
    company_id = actor().company_id
    if company_id is None:
        raise NotFound
    by_staff = request.args.get("by") == "staff"
    cursor = request.args.get("after")
    page = timeline(
        db(), account_id=company_id, cursor=cursor, limit=PAGE, names=SHOWN_TO_CUSTOMERS, by_others=by_staff
    )
    story = story_of(page.rows, names_in(db(), page.rows, company_id=company_id))
    by = "staff" if by_staff else None
    return render_template(
        "desk/activity/activity.html",
        days=[(words, list(lines)) for words, lines in groupby(story, key=lambda each: day(each.at))],
        by_staff=by_staff,
        next_href=url_for(".activity", after=page.next_cursor, by=by) if page.next_cursor else None,
        first_href=url_for(".activity", by=by) if cursor else None,
    )
