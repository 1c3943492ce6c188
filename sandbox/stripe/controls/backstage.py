"""The look behind the scenes on ``/_sandbox/``: latest payments, faults and webhooks, with buttons for what is rare."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from sandbox.stripe import pages
from sandbox.stripe.controls import control, faults
from sandbox.stripe.currencies import written
from sandbox.stripe.events import webhooks
from sandbox.stripe.objects import disputes
from sandbox.stripe.store import Store, Thing
from sandbox.stripe.wire.errors import ApiError

blueprint = Blueprint("backstage", __name__, url_prefix="/_sandbox")
blueprint.before_request(control.only_here)
blueprint.after_request(pages.secure)
SHOWN = 12


@blueprint.get("/")
def show(problem: str = "") -> str:
    """Everything at a glance."""
    store: Store = current_app.extensions["store"]
    return render_template(
        "backstage.html",
        problem=problem,
        charges=_latest(store, "charge"),
        open_disputes=[d for d in _latest(store, "dispute") if d["status"] not in disputes.CLOSED],
        deliveries=webhooks.deliveries(store)[:SHOWN],
        faults=[fault for fault in faults.armed(store) if fault["left"]],
        kinds=[kind for kind in faults.KINDS if not kind.startswith("kill_")],
        waiting=store.rows("select count(*) as n from timers")[0]["n"],
        written=written,
        clock=_clock,
    )


def _latest(store: Store, kind: str) -> list[Thing]:
    return store.where(kind)[:SHOWN]


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d %b %H:%M:%S")


@blueprint.post("/do/<action>")
def act(action: str) -> Redirect | tuple[str, int]:
    """A button: the same as the call of that name, then back to the page."""
    try:
        if action == "advance":
            control.advance()
        elif action == "dispute":
            control.open_dispute()
        elif action == "close":
            control.close_dispute(request.form["dispute"])
        elif action == "fault":
            control.arm_fault()
        elif action == "clear":
            control.clear_faults()
    except (ValueError, ApiError) as error:
        return show(str(error)), 422
    return redirect("/_sandbox/", 303)
