"""Orders above what a person may order alone: asked for, taken back, approved or refused by somebody else.

A yes places the order in the same transaction, so there is no approved draft that could still be changed. While the
question is open, any change of the draft takes it back (triggers of the database, whatever did the change). The order
of the locks is that of placing, with the question between the draft and the credit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_who_asked
from portal.accounts.limits.queries import approvers_of, order_limit
from portal.accounts.models import Company
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.orders.approvals.facts import ApprovalApproved, ApprovalRejected
from portal.orders.approvals.letters import tell_approvers, tell_decision
from portal.orders.checkout.use_cases.placeable import po_number_of, promise, refuse_changes, refuse_lines
from portal.orders.checkout.use_cases.placement import Placed, place_held
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import ApprovalRequested, record_draft
from portal.orders.drafts.lines import tax_of, total_of
from portal.orders.drafts.queries import DraftHead, add_tax, head_of, own_head, priced_lines
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.orders import Order

MAX_NOTE = 500
# In C's order, so that it can be told again from the order's lines, whatever the database's collation.
CONTENTS = text("""
select md5(coalesce(string_agg(variant_id || ':' || quantity || ':' || coalesce(colour_number, ''), ','
       order by variant_id, coalesce(colour_number, '') collate "C"), '')) from draft_line where draft_id = :draft
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits. ``again``: it was asked before, nothing new was done."""

    approval_id: int
    names: str
    again: bool = False


def ask_approval(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, shown: str, words: str = ""
) -> Asked:
    """Ask the company's approvers for their yes to a draft above its person's limit, by mail and on their pages.
    The same number of statements for any number of lines.

    :param shown: what the page showed, as for placing.
    :param words: what the approvers should know; at most 500 characters.
    :raises NotFound: when it is not the actor's open draft.
    :raises Rejected: what keeps it from being ordered at all; ``note_long``; ``not_needed`` when it can be ordered
        without; ``nobody`` when nobody may say yes.
    """
    if len(words) > MAX_NOTE:
        raise Rejected("note_long", f"Keep the note within {MAX_NOTE} characters.", field="note")
    head = own_head(session, actor, draft_id, lock=True)
    if head.draft.state not in OPEN_DRAFTS:
        raise NotFound
    pending = _pending(session, draft_id)
    if pending is not None:
        return Asked(pending.id, pending.asked_names, again=True)
    company = head.company
    lines = priced_lines(session, company_id=company.id, draft_id=draft_id, today=today)
    add_tax(session, head, lines, today=today)
    refuse_changes(head, lines, shown)
    refuse_lines(lines)
    po_number_of(head)
    promise(session, head, lines, now)
    total = total_of(lines) + tax_of(lines)
    limit = order_limit(session, company_id=company.id, user_id=actor.subject_user_id)
    if limit is None or total <= limit:
        raise Rejected("not_needed", "This can be ordered without anybody's approval.")
    people = approvers_of(
        session, company_id=company.id, total_minor=total, but=(actor.user_id, actor.subject_user_id)
    )
    if not people:
        raise Rejected(
            "nobody", "Nobody else in your company may approve this amount. Ask your company's administrator."
        )
    approval = OrderApproval(
        company_id=company.id,
        draft_id=draft_id,
        asked_by_user_id=actor.user_id,
        asked_by_name=actor.name,
        subject_user_id=actor.subject_user_id,
        subject_name=actor.acting_for_name or actor.name,
        delegation_id=actor.delegation_id,
        asked_at=now,
        asked_names=", ".join(each.name for each in people)[:200],
        asked_note=words,
        currency=company.currency,
        limit_minor=limit,
        total_minor=total,
        line_count=len(lines),
        contents=session.scalar(CONTENTS, {"draft": draft_id}),
    )
    session.add(approval)
    session.flush()
    tell_approvers(session, head, approval, people, on_behalf=actor.is_acting)
    record_draft(
        session,
        ApprovalRequested(lines=len(lines), rule="order_limit", draft_id=draft_id),
        actor=actor,
        now=now,
        draft=head.draft,
        value_minor=total,
        currency=company.currency,
        key=f"approval_requested:{draft_id}:{approval.id}",
    )
    return Asked(approval.id, approval.asked_names)


def withdraw(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> None:
    """Take the question about one's own draft back; when there is none any more, nothing happens.

    :raises NotFound: when it is not the actor's draft.
    """
    own_head(session, actor, draft_id, lock=True)
    pending = _pending(session, draft_id)
    if pending is not None:
        pending.state, pending.decided_at = "withdrawn", now
        pending.decided_by_user_id, pending.decided_by_name = actor.user_id, actor.name


def approve(
    session: Session, *, actor: Actor, now: datetime, today: date, approval_id: int, token: str, shown: str
) -> Placed:
    """Say yes: the order is placed at once, as the one who asked would have placed it. A second yes does nothing.

    :param shown: what the approver's page showed; prices are today's.
    :raises NotFound: when the actor decides nothing here.
    :raises Rejected: ``voided`` when the draft was changed after it was asked for, ``own`` when it is the actor's own,
        ``own_limit`` when it is above what the actor may say yes to, and what placing refuses.
    """
    approval, head = _held(session, actor, approval_id)
    if approval.state == "approved":
        return _placed_before(session, approval)
    _refuse_decided(approval)
    _refuse_own(actor, approval)
    requester = _requester(session, approval, head.company)
    approval.state, approval.decided_at = "approved", now
    approval.decided_by_user_id, approval.decided_by_name = actor.user_id, actor.name
    session.flush()  # decided before the draft ends, which would take an open question back
    placed = place_held(
        session, head, actor=requester, now=now, today=today, token=token, shown=shown, approver=actor
    )
    _refuse_above(session, actor, placed.total_minor, placed.currency)
    approval.order_id = placed.order_id
    record_draft(
        session,
        ApprovalApproved(lines=approval.line_count, lines_changed=0, draft_id=head.id),
        actor=actor,
        now=now,
        draft=head.draft,
        value_minor=placed.total_minor,
        currency=placed.currency,
        order_id=placed.order_id,
        key=f"approval_approved:{approval.id}",
    )
    return placed


def reject(session: Session, *, actor: Actor, now: datetime, approval_id: int, words: str) -> OrderApproval:
    """Say no, and why. The draft stays as it is, so that it can be changed and asked for again.

    :raises NotFound: when the actor decides nothing here.
    :raises Rejected: ``note`` without a reason or with one above 500 characters; ``voided``, ``decided``, ``own``.
    """
    if not words or len(words) > MAX_NOTE:
        reason = (
            f"Keep the reason within {MAX_NOTE} characters."
            if words
            else "Say why, so that they can change it."
        )
        raise Rejected("note", reason, field="note")
    approval, head = _held(session, actor, approval_id)
    if approval.state == "rejected" and approval.decided_by_user_id == actor.user_id:
        return approval
    _refuse_decided(approval)
    _refuse_own(actor, approval)
    approval.state, approval.decided_at, approval.decision_note = "rejected", now, words
    approval.decided_by_user_id, approval.decided_by_name = actor.user_id, actor.name
    tell_decision(session, approval)
    record_draft(
        session,
        ApprovalRejected(reason="note", draft_id=head.id),
        actor=actor,
        now=now,
        draft=head.draft,
        value_minor=approval.total_minor,
        currency=approval.currency,
        key=f"approval_rejected:{approval.id}",
    )
    return approval


def _pending(session: Session, draft_id: int) -> OrderApproval | None:
    return session.scalars(
        select(OrderApproval)
        .where(OrderApproval.draft_id == draft_id, OrderApproval.state == "pending")
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _held(session: Session, actor: Actor, approval_id: int) -> tuple[OrderApproval, DraftHead]:
    """The question and its draft, both held until the transaction ends: the draft first, as everywhere."""
    if not actor.can("approvals:decide"):
        raise NotFound
    mine = (OrderApproval.id == approval_id, OrderApproval.company_id == actor.customer_id)
    draft_id = session.scalar(select(OrderApproval.draft_id).where(*mine))
    if draft_id is None:
        raise NotFound
    head = head_of(session, actor, draft_id, lock=True)
    approval = session.scalars(
        select(OrderApproval).where(*mine).with_for_update().execution_options(populate_existing=True)
    ).one()
    return approval, head


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


def _refuse_own(actor: Actor, approval: OrderApproval) -> None:
    if actor.user_id in (approval.asked_by_user_id, approval.subject_user_id):
        raise Rejected(
            "own", "This is your own order. Somebody else in the company has to approve it.", outcome="denied"
        )


def _refuse_above(session: Session, actor: Actor, total_minor: int, currency: str) -> None:
    limit = order_limit(session, company_id=actor.customer_id, user_id=actor.user_id)
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
    return Placed(order.id, order.number, order.total_minor, order.currency, again=True)
