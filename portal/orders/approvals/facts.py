"""Touchpoints of approvals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.models.approvals import OrderApproval
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact("approval_approved", stage="purchase", task="order", says="Approved", meaning="An approver agreed")
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalApproved(Touch):
    """An approver agreed."""

    lines: int | None = None
    lines_changed: int | None = None
    draft_id: int | None = None


@fact("approval_rejected", stage="purchase", task="order", says="Rejected", meaning="An approver refused")
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRejected(Touch):
    """An approver refused."""

    reason: str | None = None
    draft_id: int | None = None


@fact(
    "approval_withdrawn",
    stage="purchase",
    task="order",
    says="Took back a request for approval",
    meaning="The request about a draft was withdrawn by the one who asked",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWithdrawn(Touch):
    """The request about a draft was withdrawn by the one who asked."""

    draft_id: int | None = None


def record_approval_withdrawn(
    session: Session, approval: OrderApproval, *, actor: Actor, now: datetime
) -> None:
    """Record that a request for approval was taken back."""
    record(
        session,
        Event(
            ApprovalWithdrawn(draft_id=approval.draft_id),
            actor=actor,
            now=now,
            key=f"approval_withdrawn:{approval.id}",
            account_id=approval.company_id,
            links={"draft_id": approval.draft_id},
        ),
    )
