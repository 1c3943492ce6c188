"""Requests to approve a draft, and the decisions."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.limits.queries import ORDER_LIMIT, limit_of, limit_values, order_limit
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.orders.approvals.rows import ApprovalRow, ApprovalStatus, LastAsked
from portal.orders.models.approvals import OrderApproval

DECIDED_SHOWN = 30
_STATUS = text(f"""
select ({ORDER_LIMIT}) as limit_minor,
       a.id, a.state, a.asked_at, a.asked_names, a.asked_by_name, a.total_minor, a.decided_by_name, a.decided_at,
       a.decision_note
  from (select 1) as one
  left join lateral (select * from order_approval where company_id = :company and draft_id = :draft
                      order by id desc limit 1) a on true
""")
_ROWS = text("""
select a.id, a.state, a.asked_at, a.asked_by_name, a.subject_name, a.asked_by_user_id, a.subject_user_id,
       a.asked_note, a.total_minor, a.limit_minor, a.currency, a.line_count, a.decided_by_name, a.decided_at,
       a.decision_note, d.name as title, d.po_number, j.name as job, s.name as store, d.fulfilment,
       o.number as order_number, a.draft_id, a.asked_names
  from order_approval a
  join draft d on d.id = a.draft_id
  left join company_job j on j.id = d.job_id
  left join store s on s.id = d.store_id
  left join sales_order o on o.id = a.order_id
 where a.company_id = :company and (:all or :person in (a.asked_by_user_id, a.subject_user_id))
   and (a.state = 'pending') = :pending and a.state <> 'withdrawn'
 order by case when a.state = 'pending' then a.asked_at end, a.id desc
 limit :many
""")
PENDING_SHOWN = 200


def approval_status(session: Session, actor: Actor, draft_id: int) -> ApprovalStatus:
    """What the actor may order alone, and the last request about the draft. One statement."""
    row = session.execute(_STATUS, {**limit_values(actor), "draft": draft_id}).one()
    return ApprovalStatus(limit_of(row.limit_minor), LastAsked(*row[1:]) if row.id is not None else None)


def approvals_for(session: Session, actor: Actor, *, pending: bool) -> list[ApprovalRow]:
    """What waits for a decision (the longest wait first), or what was decided (the newest first): of the whole company
    for those who decide, else what was asked by or for the actor. One statement."""
    asked = {
        "company": actor.customer_id,
        "all": actor.can("approvals:decide"),
        "person": actor.subject_user_id,
        "pending": pending,
        "many": PENDING_SHOWN if pending else DECIDED_SHOWN,
    }
    return [ApprovalRow(*row) for row in session.execute(_ROWS, asked)]


def approval_for(session: Session, actor: Actor, approval_id: int) -> OrderApproval:
    """A request of the actor's company that they may see: they decide, or it was asked by or for them.

    :raises NotFound: for any other.
    """
    found = session.scalars(
        select(OrderApproval).where(
            OrderApproval.id == approval_id, OrderApproval.company_id == actor.customer_id
        )
    ).one_or_none()
    theirs = found is not None and actor.subject_user_id in (found.asked_by_user_id, found.subject_user_id)
    if found is None or not (theirs or actor.can("approvals:decide")):
        raise NotFound
    return found


def may_decide(actor: Actor, found: OrderApproval) -> bool:
    """Whether the question is put to the actor: those who decide in the company, and the person in whose name a rep asked.
    What is still theirs and somebody else's to decide says :func:`is_own_question`."""
    for_me = found.subject_user_id == actor.user_id != found.asked_by_user_id
    return actor.can("approvals:decide") or (for_me and actor.can("orders:place"))


def is_own_question(session: Session, actor: Actor, found: OrderApproval) -> bool:
    """True if somebody else has to decide: the actor asked, or a rep asked for them about more than they may order
    alone. What a rep may not order alone and they may, they decide themselves."""
    if actor.user_id == found.asked_by_user_id or actor.is_acting:
        return actor.subject_user_id in (found.asked_by_user_id, found.subject_user_id)
    if actor.user_id != found.subject_user_id:
        return False
    limit = order_limit(session, actor)
    return limit is not None and found.total_minor > limit


def pending_approval(session: Session, draft_id: int) -> OrderApproval | None:
    """The pending request about a draft, locked; None if there is none."""
    return session.scalars(
        select(OrderApproval)
        .where(OrderApproval.draft_id == draft_id, OrderApproval.state == "pending")
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
