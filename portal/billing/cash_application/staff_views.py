"""Putting a customer's unapplied cash or credit memo onto invoices, for administrators."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.cash_application import use_cases as applying
from portal.billing.cash_application.forms import ApplicationForm
from portal.billing.cash_application.queries import Credit, credit_named
from portal.billing.cash_application.typed_parts import TypedParts, fill_parts, read_parts
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.invoices.words import due_words
from portal.billing.pages import staff_blueprint
from portal.billing.settlement.split import spread
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash

SHOWN = 60  # invoices beside which an amount can be typed


@staff_blueprint.get("/customers/<code>/credits/<name>", endpoint="credit_use")
@needs("billing:manage")
def credit_use(code: str, name: str) -> str:
    """How much of it goes onto which invoice; the oldest are filled in first."""
    company = visible_company(db(), actor(), code)
    credit = credit_named(db(), company.id, name, ahead=True)
    form = ApplicationForm(formdata=None)
    form.fresh_key()
    documents = _open(company, credit)
    parts = spread(credit.free_minor, [(each.id, each.free_minor) for each in documents])
    return _page(company, credit, form, documents, fill_parts(parts, documents))


@staff_blueprint.post("/customers/<code>/credits/<name>/applications", endpoint="apply_credit")
@needs("billing:manage")
def apply_credit(code: str, name: str) -> Response | tuple[str, int]:
    """Apply it; pressed twice, once."""
    company = visible_company(db(), actor(), code)
    form = ApplicationForm()
    typed = read_parts(request.form, open_documents(db(), company.id, limit=SHOWN))
    form.validate()
    with refusing() as tried:
        if typed.errors:
            raise Rejected("parts", "Correct the amounts beside the invoices.")
        source = applying.Source.named(name)
        done = applying.apply(
            db(),
            actor=actor(),
            company_id=company.id,
            source=source,
            parts=typed.parts,
            key=form.one_key(),
            now=now(),
        )
    if (no := tried.refused) is not None:
        if not typed.refuse(no.field, no.message):
            form.refuse(no)
        credit = credit_named(db(), company.id, name, ahead=True)
        return _page(company, credit, form, _open(company, credit), typed), 422
    flash(
        "ok" if done else "info", "It is put onto the invoices." if done else "It had been put there before."
    )
    return redirect(url_for("billing_staff.new_payment", code=code, _anchor="applied"), 303)


def _open(company: Company, credit: Credit) -> list[OpenDocument]:
    found = open_documents(db(), company.id, limit=SHOWN)
    return [each for each in found if each.currency == credit.currency and each.free_minor > 0]


def _page(
    company: Company, credit: Credit, form: ApplicationForm, documents: list[OpenDocument], typed: TypedParts
) -> str:
    return render_template(
        "billing/credit/credit_use.html",
        layout="layouts/staff.html",
        credit=credit,
        form=form,
        documents=documents,
        typed=typed,
        today=today(),
        due_words=due_words,
        invoice_endpoint="billing_staff.invoice",
        action=url_for("billing_staff.apply_credit", code=company.code, name=credit.name),
        back_href=url_for("billing_staff.new_payment", code=company.code),
        back_label="Payments",
        whose=company.name,
    )
