"""What each mail about an order on its way through the store says. Times are words on the store's clock."""

from __future__ import annotations

from dataclasses import dataclass

from portal.foundation.mail import Letter

# Of a customer, or of a store with its name and phone.
Address = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class OrderReady(Letter, words="ready for pickup"):
    """Something can be collected. ``rest``: how many lines are still to come."""

    number: str
    path: str
    rest: int
    code: str
    pickup_person: str
    store: Address
    hours: str
    window: str
    po_number: str
    job: str


@dataclass(frozen=True, kw_only=True)
class OrderShort(Letter, words="something is missing"):
    """``units`` of the ``ordered`` ones of a line are missing: the customer waits for them, or they are cancelled. ``ahead``:
    what was paid ahead for the order and is not used yet; empty if nothing was."""

    number: str
    path: str
    units: int
    ordered: int
    sku: str
    name: str
    colour: str
    why: str
    waits: bool
    ahead: str
    store: Address


@dataclass(frozen=True, kw_only=True)
class OrderRestocked(Letter, words="waited-for goods came in"):
    """Backordered goods came in and are being prepared. ``lines``: name and SKU of each."""

    number: str
    path: str
    fulfilment: str
    promised: str
    lines: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Letter, words="cancellation"):
    """The order is cancelled; ``rest``: only what was not collected of it. ``ahead``: what was paid ahead for it and stays on
    the account; empty if nothing does."""

    number: str
    path: str
    reason: str
    rest: bool
    ahead: str


@dataclass(frozen=True, kw_only=True)
class OrderPromiseChanged(Letter, words="another time is promised"):
    """Another time is promised, for this reason."""

    number: str
    path: str
    fulfilment: str
    promised: str
    reason: str
    store: Address


@dataclass(frozen=True, kw_only=True)
class OrderOut(Letter, words="on its way"):
    """The order has left the store."""

    number: str
    path: str
    promised: str
    ship_to: Address
    store: Address
