"""What the page of pickup or delivery shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.accounts.models import Address, CompanyJob
from portal.foundation.clock import local
from portal.foundation.secrets.handles import handle
from portal.foundation.wording import po_words
from portal.orders.checkout.day_words import spoken_day
from portal.orders.checkout.queries.choices import Offer, StoreChoice, short_lines, windows_by_day
from portal.orders.checkout.use_cases.choices import Choice
from portal.orders.drafts.lines import Line
from portal.orders.drafts.queries import DraftHead
from portal.orders.promise import week_words
from portal.stores.hours.delivery_days import first_delivery_day
from portal.stores.windows.queries import OpenWindow

# Shown before "more stores" on a phone.
FIRST_STORES = 3
# The fields of the page in words, and the places to which a refusal leads where that is not the field itself.
FIELDS = {
    "store_id": "Store",
    "window": "Pickup time",
    "when_short": "Missing stock",
    "po_number": "PO number",
    "job_id": "Job",
    "delivery_date": "Delivery date",
    "address_id": "Address",
    "pickup_person": "Who collects it",
    "pickup_phone": "Their phone",
    "note": "Note to the store",
}
TARGETS = {"store_id": "stores", "when_short": "when-short", "address_id": "address"}


@dataclass(frozen=True, kw_only=True)
class PickupPage:
    """What the page shows. ``chosen`` is the store of ``offer`` whose times are shown.

    :ivar problems: sentences by field.
    """

    head: DraftHead
    choice: Choice
    lines: list[Line]
    offer: Offer
    chosen: StoreChoice
    addresses: list[Address]
    jobs: list[CompanyJob]
    problems: Mapping[str, str]
    message: str
    now: datetime
    first_stores: int = FIRST_STORES

    @property
    def zone(self) -> str:
        return self.chosen.near.store.time_zone

    @property
    def short(self) -> list[tuple[Line, int]]:
        """Lines that the chosen store does not have in full, with what it has of each."""
        return short_lines(self.lines, self.chosen.near.available)

    @property
    def days(self) -> list[tuple[datetime, list[OpenWindow]]]:
        """The pickup times by day, each with its first start."""
        return windows_by_day(self.offer.windows, self.chosen)

    @property
    def first_day(self) -> date | None:
        """The earliest day of a delivery; None if the store does not open."""
        return first_delivery_day(self.chosen.near.schedule, local(self.now, self.zone).date())

    @property
    def delivers(self) -> str:
        """The store's usual week: on these days it delivers, by closing time."""
        return week_words(self.chosen.near.schedule)

    @property
    def job_options(self) -> list[tuple[str, str]]:
        return [
            (handle("job", job.id), f"{job.name} ({po_words(job.po_number)})" if job.po_number else job.name)
            for job in self.jobs
        ]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """What is wrong, each with the address of its field."""
        return [
            (f"#{TARGETS.get(field, field)}", f"{FIELDS.get(field, field)}: {words}")
            for field, words in self.problems.items()
        ]

    def day_words(self, moment: datetime, zone: str, starts: bool = False) -> str:
        """The day on a store's calendar; ``starts``: it begins a sentence."""
        return spoken_day(moment, zone, self.now, starts)
