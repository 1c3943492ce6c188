"""Payments of all customers for administrators, found by what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from flask import render_template, request, url_for

from portal.accounts.companies.queries import visible_company
from portal.billing.invoices.words import PAYMENT_KINDS, payment_words
from portal.billing.pages import staff_blueprint
from portal.billing.payments.queries.found import found_payments
from portal.billing.payments.search import LONGEST, PaymentSearch
from portal.foundation.clock import typed_day
from portal.foundation.inputs import read_text
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db

FIELDS = ("q", "kind", "from", "to", "customer")
KINDS = [
    ("", "Any way"),
    *((kind, words) for kind, words in PAYMENT_KINDS.items() if kind != "us_bank_account"),
]
KINDS.insert(2, ("us_bank_account", "Bank debit"))


@staff_blueprint.get("/billing/payments", endpoint="payments")
@needs("billing:manage")
def show_payments() -> str | tuple[str, int]:
    """Newest first, of one customer or of all."""
    given, days = request.args, dict[str, date | None]()
    errors: dict[str, str] = {}
    for name in ("from", "to"):
        days[name], error = _day(given, name)
        errors |= error
    code = read_text(given, "customer", 40)
    company = visible_company(db(), actor(), code) if code else None
    kind = given.get("kind", "")
    search = PaymentSearch(
        read_text(given, "q", LONGEST), kind if kind in dict(KINDS) else "", days["from"], days["to"]
    )
    page = found_payments(
        db(), actor(), search, company_id=company.id if company else None, after=given.get("after")
    )
    body = render_template(
        "billing/payments/staff_payments_list.html",
        page=page,
        company=company,
        given=given,
        errors=errors,
        kinds=KINDS,
        search=search,
        payment_words=payment_words,
        first_href=_href() if given.get("after") else None,
        next_href=_href(after=page.next_cursor) if page.next_cursor else None,
    )
    return (body, 422) if errors else body


def _day(given: Mapping[str, str], name: str) -> tuple[date | None, dict[str, str]]:
    try:
        return typed_day(given.get(name, "")), {}
    except ValueError:
        return None, {name: "Write the date as year-month-day, for example 2026-03-31."}


def _href(**more: str) -> str:
    kept = {name: value for name in FIELDS if (value := request.args.get(name))}
    # The arguments of any address: url_for types its own keywords.
    return url_for("billing_staff.payments", **cast(Any, kept | more))
