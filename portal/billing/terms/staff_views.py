"""What is agreed with a company: limit, due day, discount, and what an invoice is for."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.models.credit import PaymentTerms
from portal.billing.pages import staff_blueprint
from portal.billing.terms.forms import TermsForm
from portal.billing.terms.queries import credit_and_terms
from portal.billing.terms.use_cases import Agreed, change_terms
from portal.web.access import confirmed, needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


@staff_blueprint.route("/customers/<code>/terms", methods=["GET", "POST"], endpoint="terms")
@needs("billing:manage")
@confirmed
def edit_terms(code: str) -> str | Response | tuple[str, int]:
    """Credit limit and terms of payment."""
    company = visible_company(db(), actor(), code)
    if only_reads():
        return _page(company, TermsForm(formdata=None), typed=False)
    form = TermsForm()
    with refusing(form) as tried:
        agreed = form.agreed(company.currency)
        changed = change_terms(db(), actor=actor(), now=now(), company=company, agreed=agreed)
    if tried.refused is not None:
        return _page(company, form, typed=True), 422
    flash("ok" if changed else "info", "Saved." if changed else "Nothing was different.")
    return redirect(url_for("desk.customer", code=code))


def _page(company: Company, form: TermsForm, *, typed: bool) -> str:
    credit, agreed = credit_and_terms(db(), company)
    row = db().get(PaymentTerms, company.id)
    if not typed:
        limit = credit.limit_minor if credit else 0
        form.show(Agreed(limit, agreed, row.invoice_per if row else "shipment"), company.currency)
    return render_template(
        "billing/terms/terms.html", company=company, credit=credit, form=form, words=agreed.words
    )
