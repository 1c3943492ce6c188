"""Crediting a customer an amount: an adjustment by an administrator."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.credit_memos.forms import CreditMemoForm
from portal.billing.credit_memos.page import MOST_LINES, chosen_lines
from portal.billing.credit_memos.use_cases.adjustments import Adjustment, credit_company
from portal.billing.invoices.queries.credited import charged_invoice
from portal.billing.models.invoices import Invoice
from portal.billing.pages import staff_blueprint
from portal.foundation.money import format_minor
from portal.foundation.tokens import new_token
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash

MAX_TOKEN = 100


@staff_blueprint.get("/customers/<code>/credit-memos", endpoint="new_credit_memo")
@needs("billing:manage")
def credit_memo_form(code: str) -> str:
    """How much, what for, and for which invoice."""
    company = visible_company(db(), actor(), code)
    given = request.args.get("invoice", "")[:40]
    return _page(company, CreditMemoForm(formdata=None, token=new_token(), invoice=given))


@staff_blueprint.post("/customers/<code>/credit-memos", endpoint="credit")
@needs("billing:manage")
def create_credit_memo(code: str) -> Response | tuple[str, int]:
    """Issue the credit memo. Idempotent: a form sent twice issues one."""
    company = visible_company(db(), actor(), code)
    form = CreditMemoForm()
    form.validate()
    with refusing(form) as tried:
        memo = _credit(company, form)
    if tried.refused is not None:
        return _page(visible_company(db(), actor(), code), form), 422
    flash("ok", _credited(memo))
    return redirect(url_for("desk.customer", code=code))


def _credited(memo: Invoice) -> str:
    words = f"{format_minor(-memo.total_minor, memo.currency)} is credited: credit memo {memo.number}."
    used = memo.open_minor - memo.total_minor
    if used:
        words += f" {format_minor(used, memo.currency)} of it covers what a refund had opened again of the invoice."
    return words


def _credit(company: Company, form: CreditMemoForm) -> Invoice:
    amount = form.amount.minor(company.currency)
    token = (form.token.data or new_token())[:MAX_TOKEN]
    number = (form.invoice.data or "").upper()
    adjustment = Adjustment(company, amount, form.reason.data or "", token, number, chosen_lines())
    return credit_company(db(), adjustment, actor=actor(), now=now(), today=today())


def _page(company: Company, form: CreditMemoForm) -> str:
    number = (form.invoice.data or "").upper()
    return render_template(
        "billing/credit_memos/credit_memo.html",
        company=company,
        form=form,
        invoice=charged_invoice(db(), company.id, number) if number else None,
        most_lines=MOST_LINES,
        ticked=chosen_lines(),
    )
