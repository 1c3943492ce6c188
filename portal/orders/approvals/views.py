"""Approvals: asked for on the review, answered on a page of their own."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.foundation.errors import Conflict, Rejected
from portal.foundation.tokens import new_token
from portal.orders.approvals import use_cases as approving
from portal.orders.approvals.queries import approval_for, approvals_for
from portal.orders.checkout.facts import CheckoutStepViewed
from portal.orders.checkout.page import review_facts
from portal.orders.checkout.review_page import refused_review
from portal.orders.drafts.forms import DRAFT, MAX_ID, MAX_TOKEN, one_text
from portal.orders.drafts.queries import head_of
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.orders import Order
from portal.orders.pages import blueprint
from portal.web.access import needs
from portal.web.errors import error_page
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now, today
from portal.web.ui import flash

APPROVAL = f"/approvals/<int(max={MAX_ID}):approval_id>"


@blueprint.get("/approvals")
@needs("drafts:read")
def approvals() -> str:
    """What waits, and what was decided lately."""
    return render_template(
        "orders/approvals/approvals.html",
        waiting=approvals_for(db(), actor(), pending=True),
        decided=approvals_for(db(), actor(), pending=False),
        may_decide=actor().can("approvals:decide"),
    )


@blueprint.get(APPROVAL)
@needs("drafts:read")
def approval(approval_id: int) -> str:
    """One question with everything that an answer needs."""
    return _page(approval_for(db(), actor(), approval_id))


def _page(found: OrderApproval, refused: Rejected | None = None, note: str = "") -> str:
    facts: dict[str, Any] = {}
    if found.state == "pending":
        facts = review_facts(head_of(db(), actor(), found.draft_id))
    if refused is None:
        viewed(
            CheckoutStepViewed(step="approval", lines=found.line_count),
            account_id=found.company_id,
            links={"draft_id": found.draft_id},
        )
    number = db().scalar(select(Order.number).where(Order.id == found.order_id)) if found.order_id else None
    return render_template(
        "orders/approvals/approval.html",
        **facts,
        approval=found,
        order_number=number,
        own_question=actor().subject_user_id in (found.asked_by_user_id, found.subject_user_id),
        may_decide=actor().can("approvals:decide"),
        token=new_token(),
        refused=refused,
        note=note,
    )


@blueprint.post(f"{APPROVAL}/approval")
@needs("approvals:decide")
def approve(approval_id: int) -> Response | tuple[str, int]:
    """Say yes: it is ordered at once. Pressed twice, or by two people: the same order."""
    token = one_text(request.form, "token")[:MAX_TOKEN] or new_token()
    with refusing() as tried:
        placed = approving.approve(
            db(),
            actor=actor(),
            now=now(),
            today=today(),
            approval_id=approval_id,
            token=token,
            shown=one_text(request.form, "shown"),
        )
    if tried.refused is not None:
        return _refused(approval_id, tried.refused)
    flash(
        "ok",
        f"Order {placed.number} is placed." if not placed.again else f"It is order {placed.number} already.",
    )
    return redirect(url_for("orders.approvals"))


@blueprint.post(f"{APPROVAL}/rejection")
@needs("approvals:decide")
def reject(approval_id: int) -> Response | tuple[str, int]:
    """Say no, and why."""
    words = one_text(request.form, "note").strip()
    with refusing() as tried:
        found = approving.reject(db(), actor=actor(), now=now(), approval_id=approval_id, words=words)
    if tried.refused is not None:
        return _refused(approval_id, tried.refused, words)
    flash("ok", f"{found.asked_by_name} gets your answer by mail.")
    return redirect(url_for("orders.approvals"))


def _refused(approval_id: int, no: Rejected, note: str = "") -> Response | tuple[str, int]:
    if isinstance(no, Conflict):
        return error_page(409, no.message)
    return _page(approval_for(db(), actor(), approval_id), no, note), 422


@blueprint.post(f"{DRAFT}/approval")
@needs("orders:place")
def ask_approval(draft_id: int) -> Response | tuple[str, int]:
    """Ask for a yes to exactly what was shown."""
    words = one_text(request.form, "note").strip()
    with refusing() as tried:
        asked = approving.ask_approval(
            db(),
            actor=actor(),
            now=now(),
            today=today(),
            draft_id=draft_id,
            shown=one_text(request.form, "shown"),
            words=words,
        )
    if tried.refused is not None:
        return refused_review(draft_id, tried.refused, words)
    flash(
        "info" if asked.again else "ok",
        f"{asked.names} {'were asked already' if asked.again else 'can approve it now'}.",
    )
    return redirect(url_for("orders.review", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/approval/withdrawal")
@needs("orders:place")
def withdraw_approval(draft_id: int) -> Response:
    """Take the question back."""
    approving.withdraw(db(), actor=actor(), now=now(), draft_id=draft_id)
    flash("ok", "Taken back. Nobody can approve it now.")
    return redirect(url_for("orders.review", draft_id=draft_id))
