"""The form of a company's billing details, for its administrators and for ours."""

from __future__ import annotations

from flask import redirect, render_template

from portal.accounts.companies.forms import BillingDetailsForm
from portal.accounts.companies.rules import BillAs
from portal.accounts.companies.use_cases import change_billing_details
from portal.accounts.models import Company
from portal.accounts.pages import Answer
from portal.billing.documents.buyer import buyer_lines
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


def billing_details_page(company: Company, template: str, *, done_href: str) -> Answer:
    """Show the form or take it, and go on to ``done_href``."""
    if only_reads():
        form = BillingDetailsForm(formdata=None)
        form.show(BillAs.of(company.bill_as))
        return _page(company, template, form, done_href)
    form = BillingDetailsForm()
    if not form.validate_on_submit():
        return _page(company, template, form, done_href), 422
    with refusing(form) as tried:
        changed = change_billing_details(db(), actor=actor(), now=now(), company=company, wanted=form.typed)
    if tried.refused is not None:
        return _page(company, template, form, done_href), 422
    flash(
        "ok" if changed else "info", "Saved. New documents say so." if changed else "Nothing was different."
    )
    return redirect(done_href)


def _page(company: Company, template: str, form: BillingDetailsForm, back: str) -> str:
    lines = buyer_lines(company.as_buyer)
    return render_template(template, company=company, form=form, lines=lines, back=back)
