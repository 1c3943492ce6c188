"""What lists and pages show of requests to approve a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LastAsked:
    """The last request about a draft: pending, approved, rejected, withdrawn or voided."""

    id: int
    state: str
    asked_at: datetime
    asked_names: str
    asked_by_name: str
    total_minor: int
    decided_by_name: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class ApprovalStatus:
    """Whether a draft needs approval: what its person may order alone (minor units, None: any amount), and the last
    request."""

    limit_minor: int | None
    last: LastAsked | None

    @property
    def pending(self) -> LastAsked | None:
        return self.last if self.last and self.last.state == "pending" else None

    def is_needed(self, total_minor: int) -> bool:
        """Whether somebody else has to approve this total."""
        return self.limit_minor is not None and total_minor > self.limit_minor


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request in the list. ``asked_by_*`` is who pressed the button (perhaps a rep), ``subject_*`` for whom."""

    id: int
    state: str
    asked_at: datetime
    asked_by_name: str
    subject_name: str
    asked_by_user_id: int
    subject_user_id: int
    asked_note: str
    total_minor: int
    limit_minor: int
    currency: str
    line_count: int
    decided_by_name: str
    decided_at: datetime | None
    decision_note: str
    title: str
    po_number: str
    job: str | None
    store: str | None
    fulfilment: str
    order_number: str | None
    draft_id: int
    asked_names: str

    @property
    def on_behalf(self) -> bool:
        return self.asked_by_user_id != self.subject_user_id
