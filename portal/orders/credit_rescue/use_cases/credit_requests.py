"""Asking the company's approvers to make room in its credit for a draft."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.credit_rescue.letters import mail_credit_request
from portal.orders.credit_rescue.queries import other_approvers
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import ApprovalRequested, record_draft
from portal.orders.drafts.queries import DraftHead, TaxedLines, own_head, taxed_lines
from portal.orders.drafts.work import Work


def request_credit(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, pay_path: str = "/invoices"
) -> bool:
    """Ask the company's approvers and admins to make room for a draft that credit does not cover. Asking again about
    the same total does nothing; the same number of statements for any number of lines.

    :param pay_path: where they pay what would make room.
    :returns: whether they were asked now.
    :raises NotFound: if it is not the actor's open draft.
    :raises Rejected: ``nobody`` if there is nobody else to ask.
    """
    head = own_head(session, actor, draft_id, lock=True)
    draft = head.draft
    if draft.state not in OPEN_DRAFTS:
        raise NotFound
    priced = taxed_lines(session, head, today=today)
    if draft.asked_at is not None and draft.asked_minor == priced.total_minor:
        return False
    people = other_approvers(session, actor, head.company.id)
    if not people:
        raise Rejected("nobody", "There is nobody else to ask in your company. Call your sales rep.")
    draft.asked_at, draft.asked_minor, draft.updated_at = now, priced.total_minor, now
    draft.asked_names = ", ".join(each.name for each in people)[:200]
    work = Work(session, draft, actor, now)
    mail_credit_request(work, head, priced, people, pay_path)
    _record_request(work, head, priced)
    return True


def _record_request(work: Work, head: DraftHead, priced: TaxedLines) -> None:
    draft = work.draft
    requested = ApprovalRequested(lines=len(priced.lines), rule="credit", draft_id=draft.id)
    record_draft(
        work,
        requested,
        value_minor=priced.total_minor,
        currency=head.company.currency,
        key=f"approval_requested:{draft.id}:{work.now.isoformat()}",
    )
