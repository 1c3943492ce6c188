"""Mails about approvals: to those who may approve, and to who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.limits.queries import Approver
from portal.accounts.models import User
from portal.foundation.mail import Addressee, Letter, Mail, To, send
from portal.foundation.money import format_minor
from portal.foundation.secrets.handles import handle
from portal.orders.drafts.queries import DraftHead
from portal.orders.models.approvals import OrderApproval


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Letter, words="question to approve an order"):
    """An order is above its person's limit. What does not apply is empty."""

    asker: str
    on_behalf: str
    company: str
    title: str
    lines: int
    total: str
    limit: str
    note: str
    job: str
    po_number: str
    store: str
    path: str


@dataclass(frozen=True, kw_only=True)
class ApprovalRefused(Letter, words="an order was sent back"):
    """An approver has sent an order back."""

    by: str
    reason: str
    total: str
    lines: int
    path: str


def mail_approvers(
    session: Session, head: DraftHead, approval: OrderApproval, people: Sequence[Approver]
) -> None:
    """Ask each of them, once for each question."""
    letter = ApprovalAsked(
        asker=approval.asked_by_name,
        on_behalf=approval.subject_name if approval.delegation_id is not None else "",
        company=head.company.name,
        title=" ".join(head.draft.name.split()) or "an order",
        lines=approval.line_count,
        total=format_minor(approval.total_minor, approval.currency),
        limit=format_minor(approval.limit_minor, approval.currency),
        note=approval.asked_note,
        job=head.job.name if head.job else "",
        po_number=head.draft.po_number,
        store=head.store.name if head.store and head.draft.fulfilment == "pickup" else "",
        path=f"/approvals/{handle('approval', approval.id)}",
    )
    _mail_each(session, approval, letter, {each.user_id: each for each in people})


def mail_refusal(session: Session, approval: OrderApproval) -> None:
    """Mail the reason to who asked and to whom it was for, unless they refused it themselves.
    An approval is announced by the order's confirmation."""
    asked = {approval.asked_by_user_id, approval.subject_user_id} - {approval.decided_by_user_id}
    people = session.execute(
        select(User.id, User.name, User.email, User.language).where(
            User.id.in_(asked), User.disabled_at.is_(None)
        )
    )
    letter = ApprovalRefused(
        by=approval.decided_by_name,
        reason=approval.decision_note,
        total=format_minor(approval.total_minor, approval.currency),
        lines=approval.line_count,
        path=f"/drafts/{handle('draft', approval.draft_id)}",
    )
    _mail_each(
        session, approval, letter, {each.id: To(each.email, each.name, each.language) for each in people}
    )


def _mail_each(
    session: Session, approval: OrderApproval, letter: Letter, people: Mapping[int, Addressee]
) -> None:
    """Mail each person, by their ids, once for each request."""
    mails = [
        Mail(
            key=f"{letter.kind}:{approval.id}:{user_id}",
            letter=letter,
            to=person,
            company_id=approval.company_id,
        )
        for user_id, person in people.items()
    ]
    send(session, *mails)
