"""The company's statements by month: as a page, as PDF, as a file for a spreadsheet."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.billing.pages import blueprint
from portal.billing.payments.pay_all_page import pay_statement
from portal.billing.statements import words
from portal.billing.statements.page import StatementPages
from portal.billing.tabs import money_tabs
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@blueprint.get("/statements", endpoint="statements")
@needs("invoices:read")
def show_statements() -> str:
    """The months with anything in them, the newest first."""
    tabs = money_tabs("billing.statements")
    shown = _pages().month_list()
    return render_template("billing/statements/statements.html", money_tabs=tabs, shown=shown)


@blueprint.get("/statements/<month>", endpoint="statement")
@needs("invoices:read")
def show_statement(month: str) -> str:
    """One month: opening balance, every entry, closing balance."""
    may_link, shown = actor().can("payments:administer"), _pages().month_page(month)
    return render_template(
        "billing/statements/statement.html",
        invoice_href=_invoice_href,
        links_href=_href("statement_links", month=month) if may_link else None,
        shown=shown,
        pay=pay_statement(shown.company, shown.statement.currency, shown.statement.month),
        words=words,
    )


@blueprint.get("/statements/<month>.pdf", endpoint="statement_pdf")
@needs("invoices:read")
def show_statement_pdf(month: str) -> Response:
    """The month to keep, or for the auditor."""
    return _pages().as_pdf(month)


@blueprint.get("/statements/<month>.csv", endpoint="statement_csv")
@needs("invoices:read")
def show_statement_csv(month: str) -> Response:
    """The month for a spreadsheet."""
    return _pages().as_csv(month)


def _pages() -> StatementPages:
    company = db().get_one(Company, actor().customer_id)
    return StatementPages(company, _href)


def _href(name: str, **parts: Any) -> str:
    return url_for(f"billing.{name}", **parts)


def _invoice_href(number: str) -> str:
    return url_for("billing.invoice", number=number)
