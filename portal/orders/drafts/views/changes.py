"""What changes on the page of a draft when one line changes: that line, and what is summed up. Nothing else moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request
from werkzeug.wrappers import Response

from portal.foundation.money import format_minor
from portal.foundation.wording import quantity_words
from portal.orders.drafts.forms import DraftInput, RemovedLine, read_line
from portal.orders.drafts.lines import Line
from portal.orders.drafts.page import Answer, DraftPage, read_page, show_draft
from portal.orders.drafts.queries import head_of
from portal.web.sessions import actor
from portal.web.transaction import db

SHOWN = "shown"


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a script puts into the page.

    :ivar changed: rows that are no longer as they were shown.
    :ivar gone: ids of lines that were shown and are no longer there.
    :ivar removed: what was just removed, and can be put back where it was.
    """

    page: DraftPage
    changed: list[Line]
    gone: list[int]
    removed: RemovedLine | None = None

    @property
    def said(self) -> str:
        """For those who hear the page: what the change came to."""
        if self.page.typed.message:
            return self.page.typed.message
        total = f"{format_minor(self.page.total_minor, self.page.currency)} in all."
        if self.removed:
            return f"{self.removed['name']} was removed. {total}"
        words = [f"{quantity_words(line.quantity, line.unit)} of {line.name}" for line in self.changed[:3]]
        return ", ".join([*words, total])


def read_shown(form: Mapping[str, str]) -> dict[int, str]:
    """``shown-<handle>: 5f3a…`` → the mark of each row as the page shows it."""
    found = {}
    for name, value in form.items():
        prefix, _, which = name.partition("-")
        line = read_line(which) if prefix == SHOWN else None
        if line is not None:
            found[line] = value
    return found


def changes(draft_id: int, typed: DraftInput, *, removed: RemovedLine | None = None) -> Answer:
    """The rows that changed, the sums, and what is said of it; the whole page again where rows are new to it."""
    shown = read_shown(request.form)
    head = head_of(db(), actor(), draft_id)
    page = read_page(head, typed)
    ids = {line.id for line in page.lines}
    if head.draft.state == "placed" or not ids or not ids <= shown.keys():
        return _all_of_it(draft_id, typed)
    found = Changes(
        page=page,
        changed=[line for line in page.lines if shown[line.id] != page.mark(line)],
        gone=sorted(shown.keys() - ids),
        removed=removed,
    )
    body = render_template("orders/drafts/changes.html", page=page, changes=found)
    return (body, 422) if typed.is_refused else body


def _all_of_it(draft_id: int, typed: DraftInput) -> Answer:
    if not typed.is_refused:
        return Response(status=204, headers={"HX-Refresh": "true"})
    answer = show_draft(draft_id, typed)
    body = answer[0] if isinstance(answer, tuple) else answer
    if isinstance(body, Response):
        return body
    return Response(
        body,
        422,
        {"HX-Retarget": "#draft", "HX-Reselect": "#draft", "HX-Reswap": "outerHTML"},
        mimetype="text/html",
    )
