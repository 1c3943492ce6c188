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
from portal.desk.home.customer_page import customer_page, promise
from portal.desk.home.queries.customer import customer_home
from portal.desk.home.queries.operations import late_orders, system_state
from portal.desk.pages import blueprint
from portal.foundation.wording import po_words
from portal.orders.promise import age_words
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.words.details import spaced
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now, today


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
        page=customer_page(found),
        promise=promise,
        due_words=lambda day: due_words(day, today()),
        po_words=po_words,
        spaced=spaced,
        label=label,
        tones=TONES,
        icons=ICONS,
    )


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
