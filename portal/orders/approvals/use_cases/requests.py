"""Asking for approval of a draft above its person's limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.limits.queries import Approver, approvers_of, order_limit
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import refuse_longer
from portal.orders.approvals.letters import mail_approvers
from portal.orders.approvals.queries import pending_approval
from portal.orders.checkout.use_cases.placeable import (
    po_number_of,
    promise,
    refuse_changes,
    refuse_lines,
    store_of,
)
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import ApprovalRequested, record_draft
from portal.orders.drafts.lines import share_out, wanted_by_variant
from portal.orders.drafts.queries import DraftHead, TaxedLines, own_head, taxed_lines
from portal.orders.drafts.work import Work
from portal.orders.models.approvals import OrderApproval
from portal.stores.stock.queries import available

MAX_NOTE = 500
# In C's order, so that it can be computed again from the order's lines, whatever the database's collation.
CONTENTS = text("""
select md5(coalesce(string_agg(variant_id || ':' || quantity || ':' || coalesce(colour_number, ''), ','
       order by variant_id, coalesce(colour_number, '') collate "C"), '')) from draft_line where draft_id = :draft
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is pending. ``repeated``: it was asked before, nothing new was done."""

    approval_id: int
    names: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Request:
    """A draft about which approvers are asked."""

    work: Work
    head: DraftHead
    priced: TaxedLines
    limit_minor: int
    note: str


def ask_approval(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, shown: str, words: str = ""
) -> Asked:
    """Ask the company's approvers to approve a draft above its person's limit, by mail and on their pages.
    The same number of statements for any number of lines.

    :param shown: what the page showed, as for placing.
    :param words: what the approvers should know; at most 500 characters.
    :raises NotFound: if it is not the actor's open draft.
    :raises Rejected: what keeps it from being ordered at all; ``note_long``; ``not_needed`` if it can be ordered
        without; ``nobody`` if there is no approver.
    """
    _refuse_note(words)
    head = own_head(session, actor, draft_id, lock=True)
    if head.draft.state not in OPEN_DRAFTS:
        raise NotFound
    pending = pending_approval(session, draft_id)
    if pending is not None:
        return Asked(pending.id, pending.asked_names, repeated=True)
    priced = taxed_lines(session, head, today=today)
    _refuse_unplaceable(session, head, priced, shown=shown, now=now)
    limit = _limit(session, actor, priced.total_minor)
    people = _approvers(session, actor, priced.total_minor)
    approval = _add(_Request(Work(session, head.draft, actor, now), head, priced, limit, words), people)
    return Asked(approval.id, approval.asked_names)


def _refuse_note(words: str) -> None:
    refuse_longer(words, MAX_NOTE, field="note", what="the note", code="note_long")


def _refuse_unplaceable(
    session: Session, head: DraftHead, priced: TaxedLines, *, shown: str, now: datetime
) -> None:
    """As placing would: nobody is asked about an order that could not be placed."""
    refuse_changes(head, priced.lines, shown)
    refuse_lines(priced.lines)
    po_number_of(head)
    store = store_of(head)
    stock = available(session, store_id=store.id, variant_ids=wanted_by_variant(priced.lines))
    promise(session, head, priced.lines, share_out(priced.lines, stock), now)


def _limit(session: Session, actor: Actor, total_minor: int) -> int:
    limit = order_limit(session, actor)
    if limit is None or total_minor <= limit:
        raise Rejected("not_needed", "This can be ordered without anybody's approval.")
    return limit


def _approvers(session: Session, actor: Actor, total_minor: int) -> list[Approver]:
    people = approvers_of(
        session,
        company_id=actor.customer_id,
        total_minor=total_minor,
        but=(actor.user_id,),
        person=actor.subject_user_id if actor.is_acting else None,
    )
    if not people:
        raise Rejected("nobody", _nobody(actor))
    return people


def _nobody(actor: Actor) -> str:
    if actor.is_acting:
        return (
            f"Nobody in {actor.company_name} may approve this amount. Ask {actor.acting_for_name}: the draft is among "
            "the company's saved drafts, to copy and to order."
        )
    return "Nobody else in your company may approve this amount. Ask your company's administrator."


def _add(request: _Request, people: list[Approver]) -> OrderApproval:
    work, head, priced = request.work, request.head, request.priced
    session, actor = work.session, work.actor
    approval = OrderApproval(
        company_id=head.company.id,
        draft_id=head.id,
        asked_by_user_id=actor.user_id,
        asked_by_name=actor.name,
        subject_user_id=actor.subject_user_id,
        subject_name=actor.acting_for_name or actor.name,
        delegation_id=actor.delegation_id,
        asked_at=work.now,
        asked_names=", ".join(each.name for each in people)[:200],
        asked_note=request.note,
        currency=head.company.currency,
        limit_minor=request.limit_minor,
        total_minor=priced.total_minor,
        line_count=len(priced.lines),
        contents=session.scalar(CONTENTS, {"draft": head.id}),
    )
    session.add(approval)
    session.flush()
    mail_approvers(session, head, approval, people)
    _record_request(work, approval)
    return approval


def _record_request(work: Work, approval: OrderApproval) -> None:
    requested = ApprovalRequested(lines=approval.line_count, rule="order_limit", draft_id=approval.draft_id)
    record_draft(
        work,
        requested,
        value_minor=approval.total_minor,
        currency=approval.currency,
        key=f"approval_requested:{approval.draft_id}:{approval.id}",
    )
