"""The review: what would be ordered, exactly as it is shown."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from portal.accounts.limits.queries import Approver, approvers_of
from portal.foundation.errors import Conflict, Rejected
from portal.foundation.tokens import new_token
from portal.orders.approvals.queries import approval_standing
from portal.orders.checkout.facts import CheckoutStepViewed, OrderFailed
from portal.orders.checkout.page import review_facts
from portal.orders.credit_rescue.page import credit_help
from portal.orders.drafts.queries import DraftHead, own_head
from portal.web.errors import error_page
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db


def review_page(head: DraftHead, refused: Rejected | None, note: str = "") -> str:
    facts = review_facts(head)
    lines, total, credit = facts["lines"], facts["total_minor"], facts["credit"]
    standing = approval_standing(
        db(), company_id=head.company.id, subject_user_id=actor().subject_user_id, draft_id=head.id
    )
    needed = bool(lines) and standing.is_needed(total)
    if refused is None:
        viewed(
            CheckoutStepViewed(
                step="review", lines=len(lines), problems=sum(1 for each in lines if each.problem)
            ),
            account_id=head.company.id,
            store_id=head.draft.store_id,
            links={"draft_id": head.id},
        )
    return render_template(
        "orders/checkout/review.html",
        **facts,
        **credit_help(head, lines, total, credit),
        standing=standing,
        approval_needed=needed,
        may_approve=_may_approve(head, total) if needed and not standing.pending else [],
        note=note,
        token=new_token(),
        refused=refused,
    )


def _may_approve(head: DraftHead, total_minor: int) -> list[Approver]:
    who = actor()
    return approvers_of(
        db(), company_id=head.company.id, total_minor=total_minor, but=(who.user_id, who.subject_user_id)
    )


def refused_review(draft_id: int, no: Rejected, note: str = "") -> Response | tuple[str, int]:
    """The review with why it was not ordered, or not sent for approval; ``note`` is what was typed."""
    details = no.details if isinstance(no.details, list) else []
    viewed(
        OrderFailed(code=no.code, problems=len(details), draft_id=draft_id),
        account_id=actor().customer_id,
        outcome=no.outcome,
        error_code=no.code,
        links={"draft_id": draft_id},
    )
    if isinstance(no, Conflict):
        return error_page(409, no.message)
    head = own_head(db(), actor(), draft_id)
    return review_page(head, no, note), 422
