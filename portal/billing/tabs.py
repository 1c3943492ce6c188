"""The tabs on the pages about money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.web.sessions import actor

# endpoint, words, permission
PAGES = (
    ("billing.overview", "Account", "invoices:read"),
    ("billing.invoices", "Invoices", "invoices:read"),
    ("billing.payments", "Payments", "invoices:read"),
    ("billing.statements", "Statements", "invoices:read"),
    ("billing.credits", "Credit to use", "invoices:pay"),
    ("billing.methods", "Ways to pay", "payments:administer"),
    ("billing.exemptions", "Tax exemptions", "payments:administer"),
)


def payment_page() -> Callable[[Any], str | None]:
    """Makes the address of a payment's page, which is that of its attempt at Stripe, for readers who may pay."""
    if not actor().can("invoices:pay"):
        return lambda row: None
    return lambda row: url_for("billing.payment", token=row.token) if row.token else None


@dataclass(frozen=True, slots=True)
class Tab:
    """A page to change to."""

    label: str
    href: str
    current: bool


def money_tabs(current: str) -> list[Tab]:
    """Tabs for the pages that the reader may see.

    :param current: endpoint of the page that shows them.
    """
    return [
        Tab(words, url_for(endpoint), endpoint == current)
        for endpoint, words, permission in PAGES
        if actor().can(permission)
    ]
