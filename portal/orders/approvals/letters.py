"""Mails about approvals: to those who may say yes, and to who asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.limits.queries import Approver
from portal.accounts.models import User
from portal.foundation.mail import RawLetter, post_all
from portal.foundation.money import format_minor
from portal.orders.drafts.queries import DraftHead
from portal.orders.models.approvals import OrderApproval

ASKED, REFUSED = "approval_asked", "approval_refused"


def tell_approvers(
    session: Session, head: DraftHead, approval: OrderApproval, people: Sequence[Approver], *, on_behalf: bool
) -> None:
    """Ask each of them, once for each question."""
    data = {
        "asker": approval.asked_by_name,
        "on_behalf": approval.subject_name if on_behalf else "",
        "company": head.company.name,
        "title": " ".join(head.draft.name.split()) or "an order",
        "lines": approval.line_count,
        "total": format_minor(approval.total_minor, approval.currency),
        "limit": format_minor(approval.limit_minor, approval.currency),
        "note": approval.asked_note,
        "job": head.job.name if head.job else "",
        "po_number": head.draft.po_number,
        "store": head.store.name if head.store and head.draft.fulfilment == "pickup" else "",
        "path": f"/approvals/{approval.id}",
    }
    post_all(
        session,
        [
            RawLetter(
                f"{ASKED}:{approval.id}:{each.user_id}",
                ASKED,
                each.email,
                data,
                each.name,
                each.language,
                head.company.id,
            )
            for each in people
        ],
    )


def tell_decision(session: Session, approval: OrderApproval) -> None:
    """Write the no and its reason to who asked and to whom it was for. A yes is told by the order's confirmation."""
    asked = {approval.asked_by_user_id, approval.subject_user_id}
    people = session.execute(
        select(User.id, User.name, User.email, User.language).where(
            User.id.in_(asked), User.disabled_at.is_(None)
        )
    ).all()
    data = {
        "by": approval.decided_by_name,
        "reason": approval.decision_note,
        "total": format_minor(approval.total_minor, approval.currency),
        "lines": approval.line_count,
        "path": f"/drafts/{approval.draft_id}",
    }
    post_all(
        session,
        [
            RawLetter(
                f"{REFUSED}:{approval.id}:{each.id}",
                REFUSED,
                each.email,
                data,
                each.name,
                each.language,
                approval.company_id,
            )
            for each in people
        ],
    )
