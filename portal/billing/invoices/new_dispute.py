"""A new dispute about an invoice, as the one row that every writer inserts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from portal.billing.invoices.words import DISPUTE_REASONS

MAX_NOTE = 1000


@dataclass(frozen=True, slots=True)
class NewDispute:
    """A dispute to be opened. ``amount_minor`` is what is disputed, above zero, in minor units of ``currency``."""

    invoice_id: int
    company_id: int
    amount_minor: int
    currency: str
    reason: str
    note: str
    opened_by_name: str
    opened_at: datetime
    opened_by_user_id: int | None = None
    attempt_id: int | None = None  # the payment that was short

    def row(self) -> dict[str, object]:
        """Its columns: an unknown reason becomes "other", and the note is truncated."""
        known = self.reason if self.reason in DISPUTE_REASONS else "other"
        return {**asdict(self), "reason": known, "note": self.note[:MAX_NOTE]}


DISPUTE_COLUMNS = tuple(field.name for field in fields(NewDispute))
