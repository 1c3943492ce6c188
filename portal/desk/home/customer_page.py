"""How a customer's start page shows what was found."""

from __future__ import annotations

from dataclasses import dataclass

from portal.desk.home.customer import CustomerHome, HomeOrder
from portal.foundation.clock import local
from portal.orders.promise import is_late, when_words, window_words
from portal.orders.tracking.words.progress import hours_words
from portal.stores.hours.queries import schedules
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.urls import href_if


@dataclass(frozen=True, kw_only=True)
class CustomerHomePage:
    """How a customer's start page shows what was found."""

    greeting: str
    ready: list[list[HomeOrder]]  # one list for each store to drive to
    ready_count: int
    waiting: list[HomeOrder]
    hours: dict[int, str]  # by store
    pay_href: str | None
    may_pay: bool
    may_order: bool

    @staticmethod
    def late(order: HomeOrder) -> bool:
        """True when the promise to the customer is broken."""
        return is_late(order.status, order.fulfilment, order.promised_at, now())


def customer_page(found: CustomerHome) -> CustomerHomePage:
    """The page of what was found for the actor."""
    ready = [order for order in found.open_orders if order.is_ready]
    stores = {order.store_id for order in ready if order.store_id is not None}
    hours = schedules(db(), stores, since=now().date())
    return CustomerHomePage(
        greeting=_greeting(),
        ready=_by_store(ready),
        ready_count=len(ready),
        waiting=[order for order in found.open_orders if not order.is_ready],
        hours={store: hours_words(schedule) for store, schedule in hours.items()},
        pay_href=href_if("billing.invoices", status="open"),
        may_pay=actor().can("invoices:pay"),
        may_order=actor().can("drafts:write"),
    )


def _by_store(ready: list[HomeOrder]) -> list[list[HomeOrder]]:
    groups: dict[int | None, list[HomeOrder]] = {}
    for order in ready:
        groups.setdefault(order.store_id, []).append(order)
    return list(groups.values())


def promise(order: HomeOrder) -> str:
    """``Ready by tomorrow 6:30 am``: what the customer can count on, on the store's clock."""
    zone = order.store_zone or actor().time_zone
    if order.status == "backordered" or order.nothing_there:
        return "Waiting for stock"
    if order.promised_at is None:
        return ""
    if order.fulfilment == "delivery":
        return f"Delivered by {when_words(order.promised_at, zone, now())}"
    if order.window_start and order.window_end:
        return f"Collect {window_words(order.window_start, order.window_end, zone, now())}"
    return f"Ready by {when_words(order.promised_at, zone, now())}"


def _greeting() -> str:
    """By the reader's clock. A rep who acts for a customer is not greeted as them."""
    if actor().is_acting:
        return actor().company_name
    hour = local(now(), actor().time_zone).hour
    words = "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
    return f"{words}, {actor().name.split(' ')[0]}"
