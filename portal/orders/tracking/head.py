"""An order's own columns, its store's and its company's name, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

# An address or a tax certificate as it was when the order was placed: a JSONB column.
AsItWas = dict[str, str | None]


@dataclass(frozen=True)
class OrderHead:
    """The order's own columns, then its store's (None for imported documents without one), then its company's name,
    then what was paid ahead for it, and an address to tell people apart by."""

    id: int
    number: str
    company_id: int
    kind: str
    status: str
    fulfilment: str
    store_id: int | None
    window_start: datetime | None
    window_end: datetime | None
    delivery_date: date | None
    promised_at: datetime | None
    ready_at: datetime | None
    pickup_code: str | None
    pickup_person: str
    pickup_phone: str
    ship_to: AsItWas | None
    po_number: str
    job_name: str
    note: str
    currency: str
    total_minor: int
    tax_minor: int
    tax_region: str
    exemption: AsItWas | None
    line_count: int
    tint_quantity: int
    on_account: bool
    placed_by_name: str
    subject_name: str
    delegation_id: int | None
    on_behalf_reason: str
    placed_at: datetime
    store_code: str | None
    store_name: str | None
    store_line1: str | None
    store_city: str | None
    store_region: str | None
    store_postcode: str | None
    store_phone: str | None
    store_zone: str | None
    company_name: str
    ahead_minor: int  # paid ahead for it, and not used yet
    ended_ahead_minor: int  # was paid ahead for it, and stays on the account since it is over
    ordered_by_email: str | None  # of whom it is for, where their name is another one now
