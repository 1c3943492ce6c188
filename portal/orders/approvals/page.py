"""The page of one request, as its actions answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import render_template
from sqlalchemy import select

from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token
from portal.orders.approvals.queries import is_own_question, may_decide
from portal.orders.checkout.facts import CheckoutStepViewed
from portal.orders.checkout.page import Review, read_review
from portal.orders.checkout.refusals import changes_of
from portal.orders.drafts.queries import head_of
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.orders import Order
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db


@dataclass(frozen=True, kw_only=True)
class ApprovalPage:
    """What the page of a request shows.

    :ivar review: the order it would be, while it is pending.
    :ivar note: the reason that was typed to send it back.
    :ivar token: identifies the form, so that it places one order however often it is sent.
    """

    approval: OrderApproval
    review: Review | None
    order_number: str | None
    own_question: bool
    may_decide: bool
    refused: Rejected | None
    note: str
    token: str = field(default_factory=new_token)


def approval_page(found: OrderApproval, refused: Rejected | None = None, note: str = "") -> str:
    """The page, with what was refused on it and the note that was typed."""
    if refused is None:
        _record_view(found)
    pending = found.state == "pending"
    page = ApprovalPage(
        approval=found,
        review=read_review(head_of(db(), actor(), found.draft_id)) if pending else None,
        order_number=_order_number(found),
        own_question=is_own_question(db(), actor(), found),
        may_decide=may_decide(actor(), found),
        refused=refused,
        note=note,
    )
    return render_template(
        "orders/approvals/approval.html", page=page, review=page.review, changes=changes_of(refused)
    )


def _record_view(found: OrderApproval) -> None:
    viewed(
        CheckoutStepViewed(step="approval", lines=found.line_count),
        account_id=found.company_id,
        links={"draft_id": found.draft_id},
    )


def _order_number(found: OrderApproval) -> str | None:
    if not found.order_id:
        return None
    return db().scalar(select(Order.number).where(Order.id == found.order_id))
