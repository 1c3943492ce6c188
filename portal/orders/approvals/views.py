"""Approvals: asked for on the review, answered on a page of their own."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.errors import Conflict, Rejected
from portal.foundation.inputs import one_text
from portal.foundation.tokens import new_token
from portal.orders.approvals.page import approval_page
from portal.orders.approvals.queries import approval_for, approvals_for
from portal.orders.approvals.use_cases.decisions import approve, reject
from portal.orders.approvals.use_cases.requests import Asked, ask_approval
from portal.orders.approvals.use_cases.withdrawal import withdraw
from portal.orders.checkout.review_page import refused_review
from portal.orders.drafts.forms import DRAFT, MAX_TOKEN
from portal.orders.pages import blueprint
from portal.web.access import needs
from portal.web.errors import error_page
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash

APPROVAL = "/approvals/<handle(approval):approval_id>"


@blueprint.get("/approvals")
@needs("drafts:read")
def approvals() -> str:
    """Pending requests, and recent decisions."""
    return render_template(
        "orders/approvals/approvals.html",
        waiting=approvals_for(db(), actor(), pending=True),
        decided=approvals_for(db(), actor(), pending=False),
        may_decide=actor().can("approvals:decide"),
    )


@blueprint.get(APPROVAL)
@needs("drafts:read")
def approval(approval_id: int) -> str:
    """One request with everything that a decision needs."""
    return approval_page(approval_for(db(), actor(), approval_id))


@blueprint.post(f"{APPROVAL}/approval", endpoint="approve")
@needs("orders:place")
def create_order(approval_id: int) -> Response | tuple[str, int]:
    """Approve: it is ordered at once. Pressed twice, or by two people: the same order."""
    token = one_text(request.form, "token")[:MAX_TOKEN] or new_token()
    shown = one_text(request.form, "shown")
    with refusing() as tried:
        placed = approve(
            db(), actor=actor(), now=now(), today=today(), approval_id=approval_id, token=token, shown=shown
        )
    if tried.refused is not None:
        return _refused(approval_id, tried.refused)
    words = "It is order {} already." if placed.repeated else "Order {} is placed."
    flash("ok", words.format(placed.number))
    return redirect(url_for("orders.approvals"))


@blueprint.post(f"{APPROVAL}/rejection", endpoint="reject")
@needs("orders:place")
def create_rejection(approval_id: int) -> Response | tuple[str, int]:
    """Send it back with a reason."""
    words = one_text(request.form, "note").strip()
    with refusing() as tried:
        found = reject(db(), actor=actor(), now=now(), approval_id=approval_id, words=words)
    if tried.refused is not None:
        return _refused(approval_id, tried.refused, words)
    flash("ok", f"{found.asked_by_name} gets your answer by mail.")
    return redirect(url_for("orders.approvals"))


def _refused(approval_id: int, no: Rejected, note: str = "") -> Response | tuple[str, int]:
    if isinstance(no, Conflict):
        return error_page(409, no.message)
    return approval_page(approval_for(db(), actor(), approval_id), no, note), 422


@blueprint.post(f"{DRAFT}/approval", endpoint="ask_approval")
@needs("orders:place")
def create_approval(draft_id: int) -> Response | tuple[str, int]:
    """Ask for approval of exactly what was shown."""
    words = one_text(request.form, "note").strip()
    shown = one_text(request.form, "shown")
    with refusing() as tried:
        asked = ask_approval(
            db(), actor=actor(), now=now(), today=today(), draft_id=draft_id, shown=shown, words=words
        )
    if tried.refused is not None:
        return refused_review(draft_id, tried.refused, words)
    _flash_asked(asked)
    return redirect(url_for("orders.review", draft_id=draft_id))


def _flash_asked(asked: Asked) -> None:
    if asked.repeated:
        flash("info", f"{asked.names} were asked already.")
    else:
        flash("ok", f"{asked.names} can approve it now.")


@blueprint.post(f"{DRAFT}/approval/withdrawal")
@needs("orders:place")
def withdraw_approval(draft_id: int) -> Response:
    """Withdraw the request."""
    withdraw(db(), actor=actor(), now=now(), draft_id=draft_id)
    flash("ok", "Taken back. Nobody can approve it now.")
    return redirect(url_for("orders.review", draft_id=draft_id))
