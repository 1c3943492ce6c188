"""An invoice or a credit memo of an imported order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.billing.terms.due import Terms
from portal.exchange.orders.order import ImportedOrder

# An address as documents keep it.
Place = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Party:
    """Who is charged, and by when they pay."""

    code: str
    name: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Shop:
    """Where it was sold; its time zone decides a document's day."""

    zone: ZoneInfo
    place: Place | None


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a credit memo to be written. Amounts in minor units."""

    id: int
    number: str
    order_id: int
    order: ImportedOrder
    shop: Shop
    on: date
    net: int
    tax: int
    settled: bool

    @property
    def kind(self) -> str:
        """Follows the sign of the total, whatever the other system called it."""
        return "invoice" if self.is_invoice else "credit_memo"

    @property
    def is_invoice(self) -> bool:
        return self.total >= 0

    @property
    def total(self) -> int:
        return self.net + self.tax

    @property
    def at(self) -> datetime:
        return self.order.completed_at

    @property
    def ship_to(self) -> Place | None:
        """Where the goods went: the address of a delivery, or the store that handed them over."""
        return self.order.ship_to or self.shop.place
