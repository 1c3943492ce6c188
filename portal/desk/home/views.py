"""The start page: for each kind of person what needs them now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.sight import in_customer_account, sees_assigned_only, works_at_one_store
from portal.billing.invoices.words import due_words
from portal.desk.customer.queries.customers import CustomerRow, assigned_customers
from portal.desk.customer.rhythm import rhythm_words, since_words
from portal.desk.home.customer import CustomerHome, HomeOrder
from portal.desk.home.queries.customer import customer_home
from portal.desk.home.queries.operations import late_orders, system_state
from portal.desk.pages import blueprint
from portal.foundation.clock import local
from portal.foundation.wording import po_words
from portal.orders.promise import age_words, is_late, when_words, window_words
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.words.details import spaced
from portal.orders.tracking.words.progress import hours_words
from portal.stores.hours.queries import schedules
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
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
    def promise(order: HomeOrder) -> str:
        """What the customer can count on, on the store's clock."""
        return _promise(order)

    @staticmethod
    def late(order: HomeOrder) -> bool:
        """True when that is broken."""
        return is_late(order.status, order.fulfilment, order.promised_at, now())


@dataclass(frozen=True)
class RepHomePage:
    """The companies of a rep, the most overdue first."""

    rows: Sequence[CustomerRow]

    @property
    def overdue(self) -> list[CustomerRow]:
        return [row for row in self.rows if row.is_overdue]

    @property
    def open_orders(self) -> int:
        return sum(row.open_orders for row in self.rows)

    @property
    def ready_orders(self) -> int:
        return sum(row.ready_orders for row in self.rows)


@blueprint.get("/", endpoint="home")
@needs("home:read")
def show_home() -> str | Response:
    """Customers see their orders, reps their companies, support the search box; the store goes to its counter."""
    who = actor()
    if in_customer_account(who):
        return _customer() if who.company_id is not None else redirect(url_for("accounts.context"))
    if works_at_one_store(who):
        return redirect(url_for("orders_staff.counter"))
    if sees_assigned_only(who):
        return _rep()
    return _admin() if who.can("staff:manage") else _support()


def _customer() -> str:
    found = customer_home(db(), actor(), now=now(), today=today())
    return render_template(
        "desk/home/home_customer.html",
        found=found,
        page=_customer_page(found),
        due_words=lambda day: due_words(day, today()),
        po_words=po_words,
        spaced=spaced,
        label=label,
        tones=TONES,
        icons=ICONS,
    )


def _customer_page(found: CustomerHome) -> CustomerHomePage:
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


def _promise(order: HomeOrder) -> str:
    zone = order.store_zone or actor().time_zone
    if order.status == "backordered":
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


def _rep() -> str:
    return render_template(
        "desk/home/home_rep.html",
        page=RepHomePage(assigned_customers(db(), actor(), now=now())),
        rhythm_words=rhythm_words,
        since_words=since_words,
        may_act=True,
    )


def _support() -> str:
    return render_template(
        "desk/home/home_support.html",
        late_orders=late_orders(db(), now=now()),
        age=_age,
        label=label,
        tones=TONES,
        icons=ICONS,
    )


def _admin() -> str:
    return render_template(
        "desk/home/home_admin.html",
        state=system_state(db(), now=now()),
        late_orders=late_orders(db(), now=now()),
        age=_age,
        label=label,
        tones=TONES,
        icons=ICONS,
    )


def _age(at: datetime) -> str:
    return age_words(at, now())
