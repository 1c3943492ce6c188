"""The company's account: credit, what is owed by age, what was bought, what was paid."""

from __future__ import annotations

from flask import url_for

from portal.billing.account.page import AccountPage, Further, render_account
from portal.billing.account.queries.overview import account_of
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
        "Pay invoices automatically when they are due",
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
    (
        "accounts.billing_details",
        "company:manage",
        "Billing details",
        "Name, address and tax number on documents",
        "edit",
    ),
    (
        "accounts.document_addresses",
        "company:manage",
        "Addresses for documents",
        "Mailboxes that get documents, too",
        "mail",
    ),
)


@blueprint.get("/account/billing", endpoint="overview")
@needs("invoices:read")
def show_account() -> str:
    """The account of the reader's own company; branches and parents have accounts of their own."""
    who = actor()
    may_pay = who.can("invoices:pay")
    shown = AccountPage(
        account=account_of(db(), who.customer_id, today()),
        today=today(),
        with_method=may_pay,
        list_href=lambda **query: url_for("billing.invoices", **query),
        invoice_endpoint="billing.invoice",
        payment_href=payment_page(),
        credit_href=url_for("desk.credit_use"),
        pay_href=url_for("billing.new_payment") if may_pay else None,
        credits_href=url_for("billing.credits") if may_pay else None,
        all_payments_href=url_for("billing.payments"),
        further=_further(),
    )
    more = {"company_name": who.company_name, "money_tabs": money_tabs("billing.overview")}
    return render_account("billing/account/overview.html", shown, **more)


def _further() -> list[Further]:
    return [
        Further(title, url_for(endpoint), text, icon)
        for endpoint, permission, title, text, icon in FURTHER
        if actor().can(permission)
    ]
