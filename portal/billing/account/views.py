"""The company's account: credit, what is owed by age, what was bought, what was paid."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from portal.billing.account.queries.overview import account_of
from portal.billing.account.words import WORDS
from portal.billing.pages import blueprint
from portal.billing.tabs import money_tabs, payment_page
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, today

# endpoint, permission, words, what it is for, icon
FURTHER = (
    ("billing.statements", "invoices:read", "Statements", "Month by month, as PDF and CSV", "note"),
    ("billing.methods", "payments:administer", "Ways to pay", "Saved cards and bank accounts", "card"),
    (
        "billing.autopay",
        "payments:administer",
        "Autopay",
        "Pay invoices by themselves when they are due",
        "calendar",
    ),
    (
        "billing.scheduled",
        "payments:administer",
        "Scheduled payments",
        "What is paid on a day to come",
        "clock",
    ),
    (
        "billing.payment_links",
        "payments:administer",
        "Payment links",
        "For somebody else to pay without signing in",
        "copy",
    ),
    ("billing.reminders", "payments:administer", "Reminders", "When we write about open invoices", "mail"),
)


@blueprint.get("/account/billing", endpoint="overview")
@needs("invoices:read")
def account_overview() -> str:
    """The account of the reader's own company; branches and parents have accounts of their own."""
    who = actor()
    return render_template(
        "billing/account/overview.html",
        account=account_of(db(), who.customer_id, today()),
        company_name=who.company_name,
        today=today(),
        for_staff=False,
        with_method=who.can("invoices:pay"),
        pay_href=url_for("billing.new_payment") if who.can("invoices:pay") else None,
        credits_href=url_for("billing.credits") if actor().can("invoices:pay") else None,
        list_href=lambda **words: url_for("billing.invoices", **words),
        invoice_endpoint="billing.invoice",
        payment_href=payment_page(),
        all_payments_href=url_for("billing.payments"),
        further=list(_further()),
        money_tabs=money_tabs("billing.overview"),
        **WORDS,
    )


def _further() -> Any:
    for endpoint, permission, title, text, icon in FURTHER:
        if actor().can(permission):
            yield {"title": title, "href": url_for(endpoint), "text": text, "icon": icon}
