"""What a customer's start page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class HomeOrder:
    """An order on the start page; ``goods`` names its first two lines, ``nothing_there``: all of it waits for stock,
    ``recent`` is one of the newest orders."""

    id: int
    number: str
    status: str
    fulfilment: str
    placed_at: datetime
    promised_at: datetime | None
    window_start: datetime | None
    window_end: datetime | None
    po_number: str
    job_name: str
    line_count: int
    total_minor: int
    currency: str
    pickup_code: str | None
    store_id: int | None
    store_name: str | None
    store_phone: str | None
    store_zone: str | None
    goods: str | None
    some_ready: bool
    nothing_there: bool
    recent: bool

    @property
    def is_ready(self) -> bool:
        """True when something of it can be collected."""
        return self.status == "ready" or self.some_ready


@dataclass(frozen=True, slots=True)
class HomeCredit:
    """The company's credit account, in minor units of its currency."""

    limit_minor: int
    used_minor: int
    on_hold: bool
    currency: str
    hold_reason: str
    held_at: datetime | None
    held_by_name: str
    held_by_rule: bool


@dataclass(frozen=True, slots=True)
class PendingApproval:
    """An order that waits for the actor's approval."""

    id: int
    subject_name: str
    total_minor: int
    currency: str
    asked_at: datetime
    line_count: int


@dataclass(frozen=True, slots=True)
class HomeDraft:
    """An open draft of the actor's with at least one line."""

    id: int
    name: str
    state: str
    updated_at: datetime
    lines: int


@dataclass(frozen=True, slots=True)
class OftenBought:
    """A product that the company orders most often, with the colour it is tinted to."""

    sku: str
    name: str
    times: int
    last_quantity: int
    colour: str | None
    hex: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class OwedInCurrency:
    """Open invoices in one currency, in its minor units; ``overdue`` counts those past their due day."""

    currency: str
    open_minor: int
    invoices: int
    overdue_minor: int
    overdue: int
    first_due: date


@dataclass(frozen=True)
class HomeAccount:
    """What concerns the company's account and the actor: credit, approvals, drafts, purchases, open invoices."""

    credit: HomeCredit | None  # None without a credit account, or one that was never used
    approvals: list[PendingApproval]
    drafts: list[HomeDraft]
    often: list[OftenBought]
    owed: list[OwedInCurrency]


@dataclass(frozen=True)
class CustomerHome:
    """What a customer's start page shows: open orders with what is ready first, the newest orders, and the account."""

    open_orders: list[HomeOrder]
    more_open: bool
    recent: list[HomeOrder]
    account: HomeAccount
