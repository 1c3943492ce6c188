"""Applying a customer's unapplied cash or credit memo to invoices, and taking it back, for administrators."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import branches_for_staff, visible_company
from portal.accounts.models import Company
from portal.billing.cash_application.page import CreditPage, Sent, credit_page, suggested_form
from portal.billing.cash_application.queries import Credit, credit_named
from portal.billing.cash_application.use_cases.undo import undo_application
from portal.billing.pages import staff_blueprint
from portal.billing.settlement.choice_page import Whose, step_of
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
    form, chosen = suggested_form(credit, company.id)
    return credit_page(_page(company, credit), credit, form, chosen, _whose(company, name))


@staff_blueprint.post("/customers/<code>/credits/<name>/applications", endpoint="apply_credit")
@needs("billing:manage")
def create_application(code: str, name: str) -> Response | tuple[str, int] | str:
    """Apply it; pressed twice, once. Other buttons only read the numbers or show other invoices."""
    company = visible_company(db(), actor(), code)
    sent = Sent(name, _whose(company, name), ahead=True)
    if step_of():
        credit = sent.look()
        page = credit_page(_page(company, credit), credit, sent.form, sent.chosen, sent.whose)
        return (page, 422) if sent.form.numbers.errors else page
    with refusing(sent.form) as tried:
        done = sent.apply(db())
    if tried.refused is not None:
        credit, chosen = sent.again()
        return credit_page(_page(company, credit), credit, sent.form, chosen, sent.whose), 422
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


def _whose(company: Company, name: str) -> Whose:
    """Money of a parent can go onto its branches' invoices; a credit memo stays with its company."""
    is_cash = name.startswith("cash-")
    branches = branches_for_staff(db(), actor(), company.id) if is_cash else {}
    return Whose(company.id, "", company.name, branches)


def _page(company: Company, credit: Credit) -> CreditPage:
    return CreditPage(
        layout="layouts/staff.html",
        invoice_endpoint="billing_staff.invoice",
        action=url_for("billing_staff.apply_credit", code=company.code, name=credit.name),
        back_href=url_for("billing_staff.new_payment", code=company.code),
        back_label="Payments",
        whose=company.name,
    )
