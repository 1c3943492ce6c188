"""Pages of this domain for staff."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from portal.accounts.forms import ActingForm
from portal.accounts.use_cases import acting
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import tell

blueprint = Blueprint("accounts_staff", __name__)


@blueprint.post("/customers/<code>/delegations")
@needs("delegations:start")
def start_acting(code: str) -> Response:
    form = ActingForm()
    form.validate_on_submit()
    try:
        acting.start_acting(
            db(), actor=actor(), code=code, subject_user_id=form.subject.data, reason=form.reason.data or "",
            now=now(),
        )  # fmt: skip
    except Rejected as no:
        tell("error", no.message)
        return redirect(f"/customers/{code}")
    return redirect("/")


@blueprint.post("/acting/end")
@needs("delegations:end")
def stop_acting() -> Response:
    acting.stop_acting(db(), actor=actor(), now=now())
    return redirect("/")


@blueprint.get("/staff")
@needs("staff:manage")
def staff() -> str:
    return ""
