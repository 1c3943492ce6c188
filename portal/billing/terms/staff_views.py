"""What is agreed with a company: limit, due day, discount, and what an invoice is for."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.billing.models.credit import PaymentTerms
from portal.billing.pages import staff_blueprint
from portal.billing.terms.forms import TermsForm
from portal.billing.terms.queries import credit_and_terms
from portal.billing.terms.use_cases import Agreed, agree
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@staff_blueprint.route("/customers/<code>/terms", methods=["GET", "POST"])
@needs("billing:manage")
def terms(code: str) -> str | Response | tuple[str, int]:
    """Credit limit and terms of payment."""
    company, status = visible_company(db(), actor(), code), 200
    form = TermsForm() if request.method == "POST" else TermsForm(formdata=None)
    if request.method == "POST":
        with refusing(form) as tried:
            changed = agree(
                db(), actor=actor(), now=now(), company=company, agreed=form.agreed(company.currency)
            )
        if tried.refused is None:
            flash("ok" if changed else "info", "Saved." if changed else "Nothing was different.")
            return redirect(url_for("desk.customer", code=code))
        status = 422
    credit, agreed = credit_and_terms(db(), company)
    row = db().get(PaymentTerms, company.id)
    if status == 200:
        limit = credit.limit_minor if credit else 0
        form.show(Agreed(limit, agreed, row.invoice_per if row else "shipment"), company.currency)
    page = render_template(
        "billing/terms/terms.html", company=company, credit=credit, form=form, words=agreed.words
    )
    return page, status
