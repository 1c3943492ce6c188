"""An order about to be written: everything that its rows, mail and touchpoint say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.accounts.limits.queries import NO_LIMIT, OrderLimits
from portal.billing.tax.rules import Taxed
from portal.foundation.actor import Actor
from portal.orders.drafts.lines import Line
from portal.orders.drafts.queries import DraftHead

# A line, and how many of it are reserved.
Sold = tuple[Line, int]


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order apart from its lines; what is missing here is in the draft. ``total_minor`` is with tax."""

    head: DraftHead
    token: str
    fingerprint: str
    po_number: str
    total_minor: int
    tax_minor: int
    taxed: Taxed
    line_count: int
    pickup_code: str | None
    subject_name: str
    promised_at: datetime | None = None
    # What could be ordered without approval, and who approved more.
    limits: OrderLimits = NO_LIMIT
    approver: Actor | None = None
    # What could be reserved, and what is to be tinted of it: nothing until it is known.
    sold: Sequence[Sold] = ()
    tint_quantity: int = 0

    @property
    def nothing_there(self) -> bool:
        """True if all of it waits for stock."""
        return not any(share for _, share in self.sold)

    @property
    def company_id(self) -> int:
        return self.head.company.id

    @property
    def currency(self) -> str:
        return self.head.company.currency

    @property
    def store_id(self) -> int:
        return self.head.draft.store_id or 0

    @property
    def window_start(self) -> datetime | None:
        draft = self.head.draft
        return draft.window_start if draft.fulfilment == "pickup" else None

    @property
    def ship_to(self) -> dict[str, str] | None:
        """The address as it is now; later changes to it do not change the order."""
        address = self.head.address
        if self.head.draft.fulfilment != "delivery" or address is None:
            return None
        names = ("label", "recipient", "line1", "line2", "city", "region", "postcode", "country")
        return {name: getattr(address, name) for name in names}
