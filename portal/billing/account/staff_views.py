"""A customer's account as staff read it, with the customer on the line. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, url_for

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.account.page import AccountPage, render_account
from portal.billing.account.queries.overview import account_of
from portal.billing.disputes.queries import DisputeRow, company_disputes
from portal.billing.invoices.list_page import list_page
from portal.billing.invoices.page import InvoiceLinks, invoice_page
from portal.billing.invoices.queries.invoice import company_of, invoice_for_staff
from portal.billing.models.invoices import Invoice
from portal.billing.pages import staff_blueprint
from portal.billing.promises_to_pay.queries import PromiseRow, company_promises
from portal.billing.refunds.queries import payments_to_refund
from portal.billing.settlement.page import write_off_limit
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, today

# endpoint, permission, words
ACTIONS = (
    ("billing_staff.statements", "billing:read", "Statements"),
    ("billing_staff.exemptions", "billing:read", "Tax exemptions"),
    ("billing_staff.reminders", "billing:manage", "Reminders"),
    ("accounts_staff.billing_details", "billing:manage", "Billing details"),
    ("accounts_staff.document_addresses", "billing:manage", "Addresses for documents"),
    ("billing_staff.new_payment", "billing:manage", "Record a payment"),
    ("billing_staff.new_credit_memo", "billing:manage", "Credit an amount"),
    ("billing_staff.hold", "billing:manage", "Hold"),
)
SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class CustomerExtras:
    """What staff see of a customer's account besides what the customer sees.

    :ivar actions: words and addresses of what this reader may do or read further.
    """

    disputes: list[DisputeRow]
    promises: list[PromiseRow]
    actions: list[tuple[str, str]]
    may_answer: bool


@staff_blueprint.get("/customers/<code>/billing", endpoint="customer")
@needs("billing:read")
def show_customer_account(code: str) -> str | tuple[str, int]:
    """What the customer sees of their account, and their invoices, on one page."""
    company = visible_company(db(), actor(), code)

    def href(**query: Any) -> str:
        return url_for("billing_staff.customer", code=code, _anchor="invoices", **query)

    shown = AccountPage(
        account=account_of(db(), company.id, today()),
        today=today(),
        with_method=actor().can("billing:manage"),
        list_href=href,
        invoice_endpoint="billing_staff.invoice",
        payment_href=_payment_href,
        credit_href=url_for("desk.customer_credit_use", code=code),
    )
    listed = list_page(
        company.id, shown.account.owed.main.by_status, href, invoice_endpoint=shown.invoice_endpoint
    )
    viewed(HistoryLookedUp(opened="account"), account_id=company.id)
    body = render_account(
        "billing/account/customer.html", shown, listed=listed, extras=_extras(company), company=company
    )
    return (body, 422) if listed.errors else body


def _extras(company: Company) -> CustomerExtras:
    return CustomerExtras(
        disputes=company_disputes(db(), company.id, limit=SHOWN),
        promises=company_promises(db(), company.id, today=today(), zone=_zone(), limit=SHOWN),
        actions=_actions(company),
        may_answer=actor().can("billing:manage"),
    )


@staff_blueprint.get("/billing/invoices/<number>", endpoint="invoice")
@needs("billing:read")
def show_customer_invoice(number: str) -> str:
    """One document as the customer sees it."""
    found = invoice_for_staff(db(), actor(), number)
    company = company_of(db(), found)
    order = found.order_number
    links = InvoiceLinks(
        invoice_endpoint="billing_staff.invoice",
        payment=_payment_href,
        pdf=url_for("billing_staff.invoice_pdf", code=company.code, number=number),
        order=url_for("desk.support_order", number=order) if order else None,
        refunds=_refunds(found),
        write_off=_manage("billing_staff.write_off", number=number),
        write_off_limit_minor=write_off_limit(found.currency),
        send=_manage("billing_staff.send_invoice", number=number),
        credit=_manage("billing_staff.new_credit_memo", code=company.code, invoice=number),
    )
    shown = invoice_page(found, links, with_method=actor().can("billing:manage"))
    return render_template("billing/invoices/customer_invoice.html", company=company, shown=shown)


def _refunds(memo: Invoice) -> tuple[tuple[str, str], ...]:
    """Payments that an open credit memo can be refunded with, for those who manage money."""
    if memo.kind != "credit_memo" or not memo.open_minor or not actor().can("billing:manage"):
        return ()
    return tuple(
        (number, url_for("billing_staff.payment", number=number, credit_memo=memo.number, _anchor="refund"))
        for number in payments_to_refund(db(), memo)
    )


def _manage(endpoint: str, **parts: Any) -> str | None:
    """An address for those who manage money."""
    return url_for(endpoint, **parts) if actor().can("billing:manage") else None


def _payment_href(row: Any) -> str | None:
    """The page of a payment for those who manage money."""
    number = getattr(row, "number", None)
    return (
        url_for("billing_staff.payment", number=number) if number and actor().can("billing:manage") else None
    )


def _actions(company: Company) -> list[tuple[str, str]]:
    """Words and addresses of what this reader may do or read further."""
    allowed = [(endpoint, words) for endpoint, needed, words in ACTIONS if actor().can(needed)]
    return [(words, url_for(endpoint, code=company.code)) for endpoint, words in allowed]


def _zone() -> str:
    zone: str = current_app.extensions["settings"].time_zone
    return zone
