"""The start page: for each kind of person what needs them now."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.sight import in_customer_account, sees_assigned_only, works_at_one_store
from portal.billing.invoices.words import due_words
from portal.desk.customer.queries.customers import assigned_customers
from portal.desk.customer.rhythm import rhythm_words, since_words
from portal.desk.home.queries import customer_home, late_orders, system_state
from portal.desk.pages import blueprint
from portal.foundation.clock import local
from portal.orders.promise import age_words, is_late, when_words, window_words
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.words.details import spaced
from portal.orders.tracking.words.progress import hours_words
from portal.stores.hours.queries import schedules
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.urls import href_if


@blueprint.get("/")
@needs("home:read")
def home() -> str | Response:
    """Customers see their orders, reps their companies, support the one box; the store goes to its counter."""
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
    ready = [row for row in found.open_orders if row.status == "ready" or row.some_ready]
    waiting = [row for row in found.open_orders if row not in ready]
    hours = schedules(db(), {row.store_id for row in ready if row.store_id is not None}, since=now().date())
    standing = found.standing
    drafts = [
        {**draft, "updated_at": datetime.fromisoformat(draft["updated_at"])} for draft in standing.drafts
    ]
    asked = [{**each, "asked_at": datetime.fromisoformat(each["asked_at"])} for each in standing.approvals]
    owed = [{**each, "first_due": date.fromisoformat(each["first_due"])} for each in standing.owed]
    return render_template(
        "desk/home/home_customer.html",
        owed=owed,
        approvals=asked,
        due_words=lambda day: due_words(day, today()),
        may_pay=actor().can("invoices:pay"),
        ready=_by_store(ready),
        ready_count=len(ready),
        po_words=po_words,
        waiting=waiting,
        more_open=found.more_open,
        recent=found.recent,
        drafts=drafts,
        often=standing.often,
        credit=standing if standing.limit_minor or standing.used_minor or standing.on_hold else None,
        pay_href=href_if("billing.invoices", status="open"),
        hours={store: hours_words(schedule) for store, schedule in hours.items()},
        promise=_promise,
        late=lambda row: is_late(row.status, row.fulfilment, row.promised_at, now()),
        age=lambda at: age_words(at, now()),
        spaced=spaced,
        label=label,
        tones=TONES,
        icons=ICONS,
        may_order=actor().can("drafts:write"),
        greeting=_greeting(),
    )


def po_words(number: str) -> str:
    """``PO 7731``; many companies write the PO into the number already."""
    return number if not number or number.upper().startswith("PO") else f"PO {number}"


def _by_store(ready: list[Any]) -> list[list[Any]]:
    """What can be collected, one group for each store one has to drive to."""
    groups: dict[int | None, list[Any]] = {}
    for row in ready:
        groups.setdefault(row.store_id, []).append(row)
    return list(groups.values())


def _promise(row: Any) -> str:
    """What the customer can count on, on the store's clock."""
    zone = row.store_zone or actor().time_zone
    if row.status == "backordered":
        return "Waiting for stock"
    if row.promised_at is None:
        return ""
    if row.fulfilment == "delivery":
        return f"Delivered by {when_words(row.promised_at, zone, now())}"
    if row.window_start and row.window_end:
        return f"Collect {window_words(row.window_start, row.window_end, zone, now())}"
    return f"Ready by {when_words(row.promised_at, zone, now())}"


def _greeting() -> str:
    """By the reader's clock. A rep who acts for a customer is not greeted as them."""
    if actor().is_acting:
        return actor().company_name
    hour = local(now(), actor().time_zone).hour
    words = "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
    return f"{words}, {actor().name.split(' ')[0]}"


def _rep() -> str:
    rows = assigned_customers(db(), actor(), now=now())
    return render_template(
        "desk/home/home_rep.html",
        rows=rows,
        overdue=[row for row in rows if row.is_overdue],
        open_orders=sum(row.open_orders for row in rows),
        ready_orders=sum(row.ready_orders for row in rows),
        rhythm_words=rhythm_words,
        since_words=since_words,
        may_act=True,
    )


def _support() -> str:
    return render_template("desk/home/home_support.html", **_late())


def _admin() -> str:
    return render_template("desk/home/home_admin.html", state=system_state(db(), now=now()), **_late())


def _late() -> dict[str, Any]:
    return {
        "late_orders": late_orders(db(), now=now()),
        "age": lambda at: age_words(at, now()),
        "label": label,
        "tones": TONES,
        "icons": ICONS,
    }
