"""What every page shows around its content: navigation, context bar, acting banner, flashes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, get_flashed_messages, request, url_for
from flask import flash as flask_flash
from markupsafe import Markup

from portal.accounts.sight import in_customer_account
from portal.foundation.config import Settings
from portal.web.access import PUBLIC, request_permission
from portal.web.browser.form_tokens import HEADER, form_token, sealed_place
from portal.web.sessions import visit
from portal.web.transaction import now


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation; ``primary`` ones are in the phone's tab bar."""

    label: str
    href: str
    icon: str
    permission: str
    primary: bool = True
    current: bool = False
    count: int | None = None


# endpoint, label, icon, permission, in the phone's tab bar
CUSTOMER_NAV = (
    ("desk.home", "Home", "home", "company:read", True),
    ("orders.history", "Orders", "orders", "orders:read", True),
    ("orders.bought_before", "Reorder", "reorder", "drafts:write", True),
    ("orders.current_draft", "Draft", "cart", "drafts:read", True),
    ("catalog.search", "Products", "search", "catalog:read", True),
    ("billing.invoices", "Invoices", "card", "invoices:read", False),
    ("stores.near", "Stores", "store", "stores:read", False),
    ("orders.drafts", "Saved drafts", "note", "drafts:read", False),
    ("orders.approvals", "Approvals", "check", "approvals:decide", False),
    ("accounts.people", "People", "users", "people:read", False),
    ("desk.activity", "Activity", "clock", "company:read", False),
)
STAFF_NAV = (
    ("desk.home", "Home", "home", "home:read", True),
    ("desk.lookup", "Look up", "search", "lookup:use", True),
    ("desk.customers", "Customers", "building", "customers:read", True),
    ("orders_staff.counter", "Counter", "store", "counter:work", True),
    ("billing_staff.worklist", "Billing", "card", "billing:manage", False),
    ("accounts_staff.staff", "Staff", "users", "staff:manage", False),
)


@dataclass(frozen=True)
class ContextBar:
    company_name: str
    company_href: str | None
    job_name: str | None
    job_href: str
    store_name: str | None
    store_href: str


@dataclass(frozen=True)
class ActingBanner:
    actor_name: str
    subject_name: str
    company_name: str
    reason: str
    minutes_left: int
    stop_href: str


@dataclass(frozen=True)
class Flash:
    """A message; ``company`` is whom it is about, for somebody who works for several."""

    kind: str
    text: str
    company: str


# What is somebody's own, and what names the company itself.
_ABOUT_NO_COMPANY = {PUBLIC, "account:manage", "context:switch"}


def flash(kind: str, text: str) -> None:
    """Show a message on the next page; ``kind`` is ok, info, warn or error. What was done for a company says for which, to
    people who work for several and to reps: the page that comes may be another company's, in another tab."""
    flask_flash(text, f"{kind}\n{_company_meant(kind, text)}")


def _company_meant(kind: str, text: str) -> str:
    if kind not in ("ok", "info") or request_permission() in _ABOUT_NO_COMPANY:
        return ""
    seen = visit()
    name = seen.actor.company_name if seen.companies > 1 or seen.actor.is_acting else ""
    return "" if name in text else name


class UI:
    """Everything the layouts need; computed from the visit, without another statement."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._visit = visit()
        seen = self._visit.actor
        self.product_name = "Counterpart"
        self.seller_name = settings.seller_name
        self.demo = settings.demo
        self.signed_in = self._visit.is_authenticated
        self.user_name = seen.name
        self.user_kind = seen.kind if self.signed_in else None
        self.sign_out_href = self._href("accounts.sign_out")
        self.account_href = self._href("accounts.account")

    def _href(self, endpoint: str) -> str:
        """Address of a page without parts that vary; every page needs a dozen, so they are built once."""
        known: dict[tuple[str, str], str] = self._app.extensions.setdefault("hrefs", {})
        key = (request.script_root, endpoint)
        if key not in known:
            known[key] = url_for(endpoint)
        return known[key]

    @cached_property
    def nav(self) -> list[NavItem]:
        if not self.signed_in:
            return []
        seen = self._visit.actor
        return [
            NavItem(
                label,
                self._href(endpoint),
                icon,
                permission,
                primary,
                current=request.endpoint == endpoint,
                count=(self._visit.draft_lines or None) if endpoint == "orders.current_draft" else None,
            )
            for endpoint, label, icon, permission, primary in (
                CUSTOMER_NAV if in_customer_account(seen) else STAFF_NAV
            )
            if seen.can(permission) and endpoint in self._app.view_functions
        ]

    @cached_property
    def context(self) -> ContextBar | None:
        seen = self._visit
        if not seen.actor.company_id:
            return None
        href = self._href("accounts.context")
        may = seen.actor.can("context:switch")
        return ContextBar(
            company_name=seen.actor.company_name,
            company_href=href if may and not seen.actor.is_acting else None,
            job_name=seen.job_name,
            job_href=f"{href}#job",
            store_name=seen.store_name,
            store_href=self._href("stores.near") if "stores.near" in self._app.view_functions else href,
        )

    @cached_property
    def acting(self) -> ActingBanner | None:
        seen = self._visit
        if not seen.actor.is_acting or seen.delegation_ends is None:
            return None
        left = max(0, int((seen.delegation_ends - now()).total_seconds() // 60))
        return ActingBanner(
            actor_name=seen.actor.name,
            subject_name=seen.actor.acting_for_name,
            company_name=seen.actor.company_name,
            reason=seen.actor.reason or "",
            minutes_left=left,
            stop_href=self._href("accounts_staff.stop_acting"),
        )

    @property
    def flashes(self) -> list[Flash]:
        messages: list[Any] = list(get_flashed_messages(with_categories=True))
        told = [(*category.partition("\n")[::2], text) for category, text in messages]
        return [Flash(kind, text, company) for kind, company, text in told]


def csrf_field() -> Markup:
    """Hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(form_token())


def script_headers() -> str:
    """What requests of scripts carry, as JSON: where the page was shown."""
    return json.dumps({HEADER: sealed_place()})


def may(permission: str) -> bool:
    """Whether the one who asks for the page has ``permission``."""
    return visit().actor.can(permission)


def install(app: Flask, settings: Settings) -> None:
    """Give every template ``ui``, ``csrf_field()`` and ``may()``."""

    def provide() -> dict[str, UI]:
        return {"ui": UI(app, settings)}

    app.context_processor(provide)
    app.jinja_env.globals.update(csrf_field=csrf_field, script_headers=script_headers, may=may)
