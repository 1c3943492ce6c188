"""The beacon: what only a browser knows (how long a page was looked at, which script failed). Samples, never facts."""

from __future__ import annotations

import json
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request
from werkzeug.exceptions import HTTPException

from portal.touchpoints.facts import PageLeft, ScriptFailed
from portal.touchpoints.kind import Touch
from portal.touchpoints.scrub import scrubbed
from portal.web.access import public
from portal.web.browser.form_tokens import csrf
from portal.web.browser.visitor import wants_privacy
from portal.web.sessions import visit
from portal.web.touch import viewed

blueprint = Blueprint("touchpoints", __name__)

MAX_BYTES = 2048
MAX_DWELL_MS = 6 * 3600 * 1000
ID = re.compile(r"[A-Za-z0-9-]{8,64}")
PER_MINUTE = 60
REMEMBERED = 10_000
_recent: OrderedDict[str, tuple[int, int]] = OrderedDict()  # who → minute, how many in it


@blueprint.post("/beacon")
@csrf.exempt
@public
def beacon() -> tuple[str, int]:
    """Take one sample. A beacon carries no form token, so it must come from a page of ours."""
    if not _same_origin():
        return "", 403
    if wants_privacy():
        return "", 204
    if (request.content_length or MAX_BYTES + 1) > MAX_BYTES:
        return "", 413
    sample = _sample(request.get_data())
    if sample is None:
        return "", 400
    seen = visit()
    sender = str(seen.session_id or request.remote_addr)
    if not _allowed(sender):
        return "", 429
    key = f"beacon:{seen.session_id or '-'}:{sample.id}"
    viewed(sample.what, key=key, source="portal_client", dwell_ms=sample.dwell_ms, outcome=sample.outcome)
    return "", 204


def _same_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


@dataclass(frozen=True, slots=True)
class Sample:
    """What a browser says of one page."""

    what: Touch
    id: str
    dwell_ms: int | None = None
    outcome: str = "ok"


def _sample(body: bytes) -> Sample | None:
    try:
        data = json.loads(body)
        given = str(data["id"])
        page = _page(str(data["path"]))
        if not ID.fullmatch(given):
            return None
        if data["kind"] == "dwell":
            dwell = int(data["dwell_ms"])
            if not 0 <= dwell <= MAX_DWELL_MS:
                return None
            return Sample(PageLeft(page=page), given, dwell_ms=dwell)
        if data["kind"] == "script_error":
            message = scrubbed(str(data["message"]))
            return Sample(ScriptFailed(page=page, message=message), given, outcome="system_error")
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return None


def _page(path: str) -> str:
    """The name of the page behind an address: without order numbers and other ids."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path.split("?")[0], method="GET")
    except HTTPException:
        return "unknown"
    return str(endpoint)


def _allowed(sender: str) -> bool:
    """At most :data:`PER_MINUTE` samples per sender; counted per process, which is exact enough for samples."""
    minute = int(time.monotonic() // 60)
    at, many = _recent.get(sender, (minute, 0))
    many = many + 1 if at == minute else 1
    _recent[sender] = (minute, many)
    _recent.move_to_end(sender)
    while len(_recent) > REMEMBERED:
        _recent.popitem(last=False)
    return many <= PER_MINUTE
