"""Deciding about orders above what a person may order alone: approved or rejected by somebody else.

An approval places the order in the same transaction, so there is no approved draft that could still be changed. While
a request is pending, any change of the draft voids it (database triggers, whatever made the change). Locks are taken
in the order of placing, with the request between the draft and the credit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_who_asked
from portal.accounts.limits.queries import order_limit
from portal.accounts.models import Company
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import refuse_longer
from portal.foundation.money import format_minor
from portal.orders.approvals.facts import ApprovalApproved, ApprovalRejected
from portal.orders.approvals.letters import mail_refusal
from portal.orders.approvals.queries import is_own_question, may_decide
from portal.orders.approvals.use_cases.requests import MAX_NOTE
from portal.orders.checkout.use_cases.placed import Placed, Placement
from portal.orders.checkout.use_cases.placement import place_locked
from portal.orders.drafts.facts import record_draft
from portal.orders.drafts.queries import DraftHead, head_of
from portal.orders.drafts.work import Work
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.orders import Order


@dataclass(frozen=True, slots=True)
class _Decision:
    """A request and its draft, both locked until the transaction ends, and who decides when."""

    session: Session
    approval: OrderApproval
    head: DraftHead
    actor: Actor
    now: datetime

    @property
    def work(self) -> Work:
        return Work(self.session, self.head.draft, self.actor, self.now)

    def decide(self, state: str) -> None:
        """Write down the decision."""
        self.approval.state, self.approval.decided_at = state, self.now
        self.approval.decided_by_user_id = self.actor.user_id
        self.approval.decided_by_name = self.actor.name


def approve(
    session: Session, *, actor: Actor, now: datetime, today: date, approval_id: int, token: str, shown: str
) -> Placed:
    """Approve: the order is placed at once, as the one who asked would have placed it. Idempotent.

    :param shown: what the approver's page showed; prices are today's.
    :raises NotFound: if the actor decides nothing here.
    :raises Rejected: ``voided`` if the draft was changed after it was asked for, ``own`` if it is the actor's own,
        ``own_limit`` if it is above what the actor may approve, and what placing refuses.
    """
    decision = _take(session, actor=actor, now=now, approval_id=approval_id)
    approval = decision.approval
    if approval.state == "approved":
        return _placed_before(session, approval)
    _refuse_decided(approval)
    _refuse_own(session, actor, approval)
    placement = _placement(decision, today=today, token=token, shown=shown)
    decision.decide("approved")
    session.flush()  # decided before the draft is placed, which would void a pending request
    placed = place_locked(placement)
    _refuse_above(session, actor, placed.total_minor, placed.currency)
    approval.order_id = placed.order_id
    _record_approved(decision, placed)
    return placed


def _placement(decision: _Decision, *, today: date, token: str, shown: str) -> Placement:
    session, head = decision.session, decision.head
    return Placement(
        session=session,
        head=head,
        actor=_requester(session, decision.approval, head.company),
        now=decision.now,
        today=today,
        token=token,
        shown=shown,
        approver=decision.actor,
    )


def _record_approved(decision: _Decision, placed: Placed) -> None:
    approved = ApprovalApproved(
        lines=decision.approval.line_count, lines_changed=0, draft_id=decision.head.id
    )
    record_draft(
        decision.work,
        approved,
        value_minor=placed.total_minor,
        currency=placed.currency,
        order_id=placed.order_id,
        key=f"approval_approved:{decision.approval.id}",
    )


def reject(session: Session, *, actor: Actor, now: datetime, approval_id: int, words: str) -> OrderApproval:
    """Send it back with a reason. The draft stays as it is, so that it can be changed and asked for again.

    :raises NotFound: if the actor decides nothing here.
    :raises Rejected: ``note`` without a reason or with one above 500 characters; ``voided``, ``decided``, ``own``.
    """
    decision = _take(session, actor=actor, now=now, approval_id=approval_id)
    _refuse_reason(words)
    approval = decision.approval
    if approval.state == "rejected" and approval.decided_by_user_id == actor.user_id:
        return approval
    _refuse_decided(approval)
    _refuse_own(session, actor, approval)
    approval.decision_note = words
    decision.decide("rejected")
    mail_refusal(session, approval)
    record_draft(
        decision.work,
        ApprovalRejected(reason="note", draft_id=decision.head.id),
        value_minor=approval.total_minor,
        currency=approval.currency,
        key=f"approval_rejected:{approval.id}",
    )
    return approval


def _refuse_reason(words: str) -> None:
    if not words:
        raise Rejected("note", "Say why, so that they can change it.", field="note")
    refuse_longer(words, MAX_NOTE, field="note", what="the reason", code="note")


def _take(session: Session, *, actor: Actor, now: datetime, approval_id: int) -> _Decision:
    """Lock the request and its draft: the draft first, as everywhere."""
    mine = (OrderApproval.id == approval_id, OrderApproval.company_id == actor.customer_id)
    draft_id = session.scalar(select(OrderApproval.draft_id).where(*mine))
    if draft_id is None:
        raise NotFound
    head = head_of(session, actor, draft_id, lock=True)
    approval = session.scalars(
        select(OrderApproval).where(*mine).with_for_update().execution_options(populate_existing=True)
    ).one()
    if not may_decide(actor, approval):
        raise NotFound
    return _Decision(session, approval, head, actor, now)


def _refuse_decided(approval: OrderApproval) -> None:
    if approval.state == "pending":
        return
    words = {
        "voided": f"{approval.asked_by_name} has changed it since. It has to be asked for again.",
        "withdrawn": f"{approval.asked_by_name} has taken it back.",
        "rejected": f"{approval.decided_by_name} has refused it already.",
        "approved": f"{approval.decided_by_name} has approved it already.",
    }[approval.state]
    code = "voided" if approval.state in ("voided", "withdrawn") else "decided"
    raise Rejected(code, words, outcome="conflict")


def _refuse_own(session: Session, actor: Actor, approval: OrderApproval) -> None:
    if is_own_question(session, actor, approval):
        raise Rejected(
            "own", "This is your own order. Somebody else in the company has to approve it.", outcome="denied"
        )


def _refuse_above(session: Session, actor: Actor, total_minor: int, currency: str) -> None:
    limit = order_limit(session, actor)
    if limit is not None and total_minor > limit:
        raise Rejected(
            "own_limit",
            f"You approve orders up to {format_minor(limit, currency)}. Somebody with a higher limit has to decide.",
            outcome="denied",
        )


def _requester(session: Session, approval: OrderApproval, company: Company) -> Actor:
    """Who asked, as they would have placed it: the person, or a rep on the person's behalf."""
    return actor_who_asked(
        session,
        company,
        user_id=approval.asked_by_user_id,
        name=approval.asked_by_name,
        delegation_id=approval.delegation_id,
        subject_id=approval.subject_user_id,
        subject_name=approval.subject_name,
    )


def _placed_before(session: Session, approval: OrderApproval) -> Placed:
    order = session.execute(
        select(Order.id, Order.number, Order.total_minor, Order.currency).where(Order.id == approval.order_id)
    ).one()
    return Placed(order.id, order.number, order.total_minor, order.currency, repeated=True)
