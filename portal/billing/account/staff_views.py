"""A customer's account as staff read it, with the customer on the line. Nothing here changes anything."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.account.queries.overview import account_of
from portal.billing.account.words import WORDS
from portal.billing.disputes.queries import company_disputes, disputes_of
from portal.billing.invoices.document_words import applied_words, sum_rows
from portal.billing.invoices.filters import read_filter
from portal.billing.invoices.list_links import InvoiceList
from portal.billing.invoices.page import seen_invoice
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.queries.invoices import company_of, invoice_for_staff, invoices
from portal.billing.invoices.words import due_words, standing
from portal.billing.pages import staff_blueprint
from portal.billing.promises_to_pay.queries import company_promises, promises_of
from portal.foundation.money import exponent
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
    ("billing_staff.new_payment", "billing:manage", "Record a payment"),
    ("billing_staff.new_credit_memo", "billing:manage", "Credit an amount"),
    ("billing_staff.hold", "billing:manage", "Hold"),
)
SHOWN = 10


@staff_blueprint.get("/customers/<code>/billing", endpoint="customer")
@needs("billing:read")
def customer_billing(code: str) -> str | tuple[str, int]:
    """What the customer sees of their account, and their invoices, on one page."""
    company = visible_company(db(), actor(), code)
    wanted, errors = read_filter(request.args)
    account = account_of(db(), company.id, today())
    page = None
    if not errors:
        page = invoices(
            db(),
            company_id=company.id,
            wanted=wanted,
            today=today(),
            after=request.args.get("after"),
            before=request.args.get("before"),
        )

    def list_href(**words: Any) -> str:
        return url_for("billing_staff.customer", code=code, _anchor="invoices", **words)

    listed = InvoiceList(request.args, wanted, list_href)
    viewed(HistoryLookedUp(opened="account"), account_id=company.id)
    body = render_template(
        "billing/account/customer.html",
        company=company,
        account=account,
        page=page,
        wanted=wanted,
        errors=errors,
        typed=request.args,
        listed=listed,
        list_href=list_href,
        chips_shown=listed.chips(
            {"open": account.owed.main.open_count, "overdue": account.owed.main.overdue_count}
        ),
        active=listed.active(),
        standing=standing,
        exponent=exponent,
        today=today(),
        disputes=company_disputes(db(), company.id, limit=SHOWN),
        promises=company_promises(db(), company.id, today=today(), zone=_zone(), limit=SHOWN),
        previous_href=listed.page_href("before", page.previous_cursor if page else None),
        next_href=listed.page_href("after", page.next_cursor if page else None),
        actions=_actions(company),
        may_answer=actor().can("billing:manage"),
        for_staff=True,
        with_method=actor().can("billing:manage"),
        invoice_endpoint="billing_staff.invoice",
        pay_href=None,
        export_href=None,
        payment_href=_payment_href,
        all_payments_href=None,
        further=[],
        **WORDS,
    )
    return (body, 422) if errors else body


@staff_blueprint.get("/billing/invoices/<number>")
@needs("billing:read")
def invoice(number: str) -> str:
    """One document as the customer sees it."""
    found = invoice_for_staff(db(), actor(), number)
    company = company_of(db(), found)
    doc = document(db(), found)
    seen_invoice(found, len(doc.lines))
    return render_template(
        "billing/invoices/customer_invoice.html",
        company=company,
        doc=doc,
        invoice=found,
        today=today(),
        standing=standing,
        due_words=due_words,
        sum_rows=sum_rows(found, doc.lines),
        applied=applied_words(doc.applied, found.kind, with_method=actor().can("billing:manage")),
        disputes=disputes_of(db(), found.id),
        promises=promises_of(db(), found.id, today=today(), zone=_zone()),
        may_pay=False,
        pdf_href=url_for("billing_staff.invoice_pdf", code=company.code, number=number),
        order_href=url_for("desk.support_order", number=found.order_number) if found.order_number else None,
        invoice_endpoint="billing_staff.invoice",
        payment_href=_payment_href,
        links_href=None,
        dispute_href=None,
        promise_href=None,
    )


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
