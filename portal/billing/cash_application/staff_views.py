"""Applying a customer's unapplied cash or credit memo to invoices, and taking it back, for administrators."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.cash_application.page import (
    CreditPage,
    apply_sent,
    credit_page,
    payable_with,
    sent_form,
    suggested_form,
)
from portal.billing.cash_application.queries import Credit, credit_named
from portal.billing.cash_application.use_cases.undo import undo_application
from portal.billing.pages import staff_blueprint
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.get("/customers/<code>/credits/<name>", endpoint="credit_use")
@needs("billing:manage")
def show_credit(code: str, name: str) -> str:
    """How much of it goes onto which invoice; the oldest are filled in first."""
    company = visible_company(db(), actor(), code)
    credit = credit_named(db(), company.id, name, ahead=True)
    return credit_page(_page(company, credit), credit, *suggested_form(credit, company.id))


@staff_blueprint.post("/customers/<code>/credits/<name>/applications", endpoint="apply_credit")
@needs("billing:manage")
def create_application(code: str, name: str) -> Response | tuple[str, int]:
    """Apply it; pressed twice, once."""
    company = visible_company(db(), actor(), code)
    form = sent_form(company.id)
    with refusing(form) as tried:
        done = apply_sent(db(), form, company.id, name)
    if tried.refused is not None:
        credit = credit_named(db(), company.id, name, ahead=True)
        return credit_page(_page(company, credit), credit, form, payable_with(credit, company.id)), 422
    flash(
        "ok" if done else "info", "It is put onto the invoices." if done else "It had been put there before."
    )
    return redirect(url_for("billing_staff.new_payment", code=code, _anchor="applied"), 303)


@staff_blueprint.post(
    "/customers/<code>/applications/<int:transaction_id>/reversal", endpoint="undo_application"
)
@needs("billing:manage")
def create_reversal(code: str, transaction_id: int) -> Response:
    """Take cash or a credit memo off invoices again."""
    company = visible_company(db(), actor(), code)
    with refusing() as tried:
        done = undo_application(
            db(), actor=actor(), company_id=company.id, transaction_id=transaction_id, now=now()
        )
        flash("ok" if done else "info", "It is taken back." if done else "It had been taken back before.")
    if tried.refused is not None:
        flash("error", tried.refused.message)
    return redirect(url_for("billing_staff.new_payment", code=code, _anchor="applied"), 303)


def _page(company: Company, credit: Credit) -> CreditPage:
    return CreditPage(
        layout="layouts/staff.html",
        invoice_endpoint="billing_staff.invoice",
        action=url_for("billing_staff.apply_credit", code=company.code, name=credit.name),
        back_href=url_for("billing_staff.new_payment", code=company.code),
        back_label="Payments",
        whose=company.name,
    )
