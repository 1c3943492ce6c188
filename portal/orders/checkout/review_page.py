"""The review: what would be ordered, exactly as it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import render_template
from werkzeug.wrappers import Response

from portal.accounts.limits.queries import Approver, approvers_of
from portal.foundation.errors import Conflict, Rejected
from portal.foundation.tokens import new_token
from portal.orders.approvals.queries import approval_status
from portal.orders.approvals.rows import ApprovalStatus
from portal.orders.checkout.facts import CheckoutStepViewed, OrderFailed
from portal.orders.checkout.page import Review, read_review
from portal.orders.checkout.refusals import changes_of
from portal.orders.credit_rescue.page import CreditHelp, credit_help
from portal.orders.drafts.queries import DraftHead, own_head
from portal.web.errors import error_page
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """What the review shows besides the order it would be.

    :ivar approvers: who may approve it, if somebody has to and nobody was asked yet.
    :ivar note: what was typed for them.
    :ivar token: identifies the form, so that it places one order however often it is sent.
    """

    approval: ApprovalStatus
    approval_needed: bool
    approvers: list[Approver]
    help: CreditHelp
    note: str
    refused: Rejected | None
    token: str = field(default_factory=new_token)

    @property
    def asks(self) -> bool:
        """True if the button asks for approval."""
        return self.approval_needed and not self.approval.pending


def review_page(head: DraftHead, refused: Rejected | None, note: str = "") -> str:
    """The page of the review, with why it was not ordered, if it was tried."""
    review = read_review(head)
    total = review.total_minor
    approval = approval_status(db(), actor(), head.id)
    needed = bool(review.lines) and approval.is_needed(total)
    if refused is None:
        _record_view(review)
    page = ReviewPage(
        help=credit_help(head, review.lines, total, review.credit),
        approval=approval,
        approval_needed=needed,
        approvers=_may_approve(total) if needed and not approval.pending else [],
        note=note,
        refused=refused,
    )
    return render_template(
        "orders/checkout/review.html", review=review, page=page, changes=changes_of(refused)
    )


def _record_view(review: Review) -> None:
    head, lines = review.head, review.lines
    viewed(
        CheckoutStepViewed(step="review", lines=len(lines), problems=len(review.blocked)),
        account_id=head.company.id,
        store_id=head.draft.store_id,
        links={"draft_id": head.id},
    )


def _may_approve(total_minor: int) -> list[Approver]:
    return approvers_of(
        db(),
        company_id=actor().customer_id,
        total_minor=total_minor,
        but=(actor().user_id,),
        person=actor().subject_user_id if actor().is_acting else None,
    )


def refused_review(draft_id: int, no: Rejected, note: str = "") -> Response | tuple[str, int]:
    """The review with why it was not ordered, or not sent for approval; ``note`` is what was typed."""
    viewed(
        OrderFailed(code=no.code, problems=len(changes_of(no)), draft_id=draft_id),
        account_id=actor().customer_id,
        outcome=no.outcome,
        error_code=no.code,
        links={"draft_id": draft_id},
    )
    if isinstance(no, Conflict):
        return error_page(409, no.message)
    head = own_head(db(), actor(), draft_id)
    return review_page(head, no, note), 422
