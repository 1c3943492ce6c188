"""Touchpoints of approvals."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


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
