"""A customer's statements by month, for staff: what the customer sees."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.billing.pages import staff_blueprint
from portal.billing.statements import words
from portal.billing.statements.page import StatementPages
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@staff_blueprint.get("/customers/<code>/statements", endpoint="statements")
@needs("billing:read")
def show_statements(code: str) -> str:
    """The customer's months with anything in them, the newest first."""
    return render_template("billing/statements/customer_statements.html", shown=_pages(code).month_list())


@staff_blueprint.get("/customers/<code>/statements/<month>", endpoint="statement")
@needs("billing:read")
def show_statement(code: str, month: str) -> str:
    """One month: opening balance, every entry, closing balance."""
    return render_template(
        "billing/statements/customer_statement.html",
        invoice_href=_invoice_href,
        shown=_pages(code).month_page(month),
        send_href=_send_href(code, month) if actor().can("billing:manage") else None,
        words=words,
    )


@staff_blueprint.get("/customers/<code>/statements/<month>.pdf", endpoint="statement_pdf")
@needs("billing:read")
def show_statement_pdf(code: str, month: str) -> Response:
    """The month as the customer has it."""
    return _pages(code).as_pdf(month)


@staff_blueprint.get("/customers/<code>/statements/<month>.csv", endpoint="statement_csv")
@needs("billing:read")
def show_statement_csv(code: str, month: str) -> Response:
    """The month for a spreadsheet."""
    return _pages(code).as_csv(month)


def _pages(code: str) -> StatementPages:
    company = visible_company(db(), actor(), code)

    def href(name: str, **parts: Any) -> str:
        return url_for(f"billing_staff.{name}", code=company.code, **parts)

    return StatementPages(company, href)


def _send_href(code: str, month: str) -> str:
    return url_for("billing_staff.send_statement", code=code, month=month)


def _invoice_href(number: str) -> str:
    return url_for("billing_staff.invoice", number=number)
