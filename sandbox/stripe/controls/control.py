"""The control API under ``/_sandbox/``: time, disputes, faults and deliveries. For this machine only."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from sandbox.stripe.context import Context
from sandbox.stripe.controls import faults, timers
from sandbox.stripe.controls.faulty import Prey
from sandbox.stripe.controls.timers import DAY
from sandbox.stripe.events import webhooks
from sandbox.stripe.objects import disputes
from sandbox.stripe.store import Store
from sandbox.stripe.wire.errors import ApiError
from sandbox.stripe.wire.routes import TASKS

blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


@blueprint.before_request
def only_here() -> None:
    """Neither other machines nor web pages of others that a browser on this one has open."""
    if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104
        abort(403)
    if request.host.rsplit(":", 1)[0] not in OWN_NAMES:
        abort(403)
    if request.method != "GET" and request.headers.get("Origin", request.host_url.rstrip("/")) != (
        request.host_url.rstrip("/")
    ):
        abort(403)


@blueprint.errorhandler(ApiError)
@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(KeyError)
def _refuse(error: Exception) -> tuple[Response, int]:
    return jsonify({"error": f"Missing: {error}" if isinstance(error, KeyError) else str(error)}), 400


def _store() -> Store:
    store: Store = current_app.extensions["store"]
    return store


def _context() -> Context:
    return Context(_store(), current_app.extensions["stripe_api"].address)


def given() -> dict[str, Any]:
    """The JSON of the request, or the fields of the page's form."""
    if request.mimetype != "application/json":
        return dict(request.form)
    loaded = request.get_json()
    if not isinstance(loaded, dict):
        raise ValueError("Send a JSON object.")
    return loaded


@blueprint.get("/health")
def health() -> Response:
    """Answers when the sandbox is ready."""
    kinds = _store().rows("select kind, count(*) as n from objects group by kind order by kind")
    return jsonify({"ready": True, "objects": {row["kind"]: row["n"] for row in kinds}})


@blueprint.post("/advance")
def advance() -> Response:
    """Bring what waits nearer by ``days`` or ``seconds`` and carry out what is due."""
    asked = given()
    seconds = float(asked.get("days", 0)) * DAY + float(asked.get("seconds", 0))
    if seconds <= 0:
        raise ValueError("Give days or seconds, more than 0.")
    timers.advance(_store(), seconds)
    return jsonify({"done": timers.run_due(_context, TASKS)})


@blueprint.post("/disputes")
def open_dispute() -> Response:
    """Open a dispute about a ``charge``."""
    asked = given()
    ctx = _context()
    with ctx.store.transaction():
        charge = ctx.need("charge", asked["charge"])
        amount = int(asked["amount"]) if asked.get("amount") else None
        return jsonify(disputes.make(ctx, charge, asked.get("reason", "fraudulent"), amount))


@blueprint.post("/disputes/<dispute>/close")
def close_dispute(dispute: str) -> Response:
    """Decide a dispute: ``verdict`` won or lost."""
    verdict = given()["verdict"]
    if verdict not in disputes.CLOSED:
        raise ValueError("verdict is won or lost.")
    ctx = _context()
    with ctx.store.transaction():
        return jsonify(disputes.finish(ctx, ctx.need("dispute", dispute), verdict))


@blueprint.get("/faults")
def list_faults() -> Response:
    """All faults, used up ones too."""
    return jsonify({"faults": faults.armed(_store()), "kinds": faults.KINDS})


@blueprint.post("/faults")
def arm_fault() -> Response:
    """Switch a fault on: ``kind``, ``times`` (1), ``match`` and the kind's options."""
    asked = given()
    options = {k: v for k, v in asked.items() if k not in {"kind", "times", "match"}}
    kind = str(asked["kind"])
    if kind.startswith("kill_"):
        _check_prey(options)
    number = faults.switch_on(
        _store(), kind, str(asked.get("match", "")), int(asked.get("times", 1)), options
    )
    return jsonify({"id": number})


def _check_prey(options: dict[str, Any]) -> None:
    prey: Prey = current_app.extensions["prey"]
    if not prey:
        raise ValueError("No process was named with --may-kill at the start.")
    if "pid" in options and options["pid"] not in prey:
        raise ValueError(f"Process {options['pid']} was not named with --may-kill at the start.")


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Switch all faults off."""
    faults.clear(_store())
    return jsonify({"faults": []})


@blueprint.get("/deliveries")
def list_deliveries() -> Response:
    """Deliveries, newest first; ``type`` and ``state`` select."""
    found = webhooks.deliveries(_store(), request.args.get("type", ""), request.args.get("state", ""))
    return jsonify({"deliveries": found})


@blueprint.post("/deliveries/<int:number>/again")
def send_again(number: int) -> Response:
    """Send a delivery again."""
    if not webhooks.send_again(_store(), number):
        abort(404)
    return jsonify({"id": number})


@blueprint.get("/requests/<path:key>")
def kept(key: str) -> Response:
    """The answer kept under an idempotency key."""
    rows = _store().rows("select * from keys where key = ?", key)
    if not rows:
        abort(404)
    return jsonify({**dict(rows[0]), "body": json.loads(rows[0]["body"])})


@blueprint.post("/reset")
def reset() -> Response:
    """Forget everything but the webhook endpoints."""
    _store().forget_everything()
    return jsonify({"objects": {}})
