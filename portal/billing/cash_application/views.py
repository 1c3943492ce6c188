"""Unapplied cash and credit memos of the company, and putting them onto invoices."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.billing.cash_application import use_cases as applying
from portal.billing.cash_application.forms import ApplicationForm
from portal.billing.cash_application.queries import Credit, applications, credit_named, credits_of
from portal.billing.cash_application.typed_parts import TypedParts, fill_parts, read_parts
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.invoices.words import due_words
from portal.billing.pages import blueprint
from portal.billing.settlement.split import spread
from portal.billing.tabs import money_tabs
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, today
from portal.web.ui import flash

SHOWN = 60  # invoices beside which an amount can be typed


@blueprint.get("/credits", endpoint="credits")
@needs("invoices:pay")
def credits() -> str:
    """What can be put onto invoices, and what was."""
    company_id = actor().customer_id
    return render_template(
        "billing/cash_application/credits.html",
        credits=credits_of(db(), company_id, ahead=False),
        applications=applications(db(), company_id),
        money_tabs=money_tabs("billing.credits"),
    )


@blueprint.get("/credits/<name>", endpoint="credit_use")
@needs("invoices:pay")
def credit_use(name: str) -> str:
    """How much of it goes onto which invoice; the oldest are filled in first."""
    credit = credit_named(db(), actor().customer_id, name, ahead=False)
    form = ApplicationForm(formdata=None)
    form.fresh_key()
    documents = _open(credit)
    parts = spread(credit.free_minor, [(each.id, each.free_minor) for each in documents])
    return _page(credit, form, documents, fill_parts(parts, documents))


@blueprint.post("/credits/<name>/applications", endpoint="apply_credit")
@needs("invoices:pay")
def apply_credit(name: str) -> Response | tuple[str, int]:
    """Apply it; pressed twice, once."""
    company_id = actor().customer_id
    form = ApplicationForm()
    documents = open_documents(db(), company_id, limit=SHOWN)
    typed = read_parts(request.form, documents)
    form.validate()
    with refusing(within=books()) as tried:
        if typed.errors:
            raise Rejected("parts", "Correct the amounts beside the invoices.")
        done = applying.apply(
            tried.session,
            actor=actor(),
            company_id=company_id,
            source=applying.Source.named(name),
            parts=typed.parts,
            key=form.one_key(),
            now=now(),
        )
    if (no := tried.refused) is not None:
        if not typed.refuse(no.field, no.message):
            form.refuse(no)
        credit = credit_named(db(), company_id, name, ahead=False)
        return _page(credit, form, _open(credit), typed), 422
    flash(
        "ok" if done else "info",
        "It is put onto your invoices." if done else "It had been put onto your invoices before.",
    )
    return redirect(url_for("billing.credits"), 303)


def _open(credit: Credit) -> list[OpenDocument]:
    found = open_documents(db(), actor().customer_id, limit=SHOWN)
    return [each for each in found if each.currency == credit.currency and each.free_minor > 0]


def _page(credit: Credit, form: ApplicationForm, documents: list[OpenDocument], typed: TypedParts) -> str:
    return render_template(
        "billing/credit/credit_use.html",
        layout="layouts/page.html",
        credit=credit,
        form=form,
        documents=documents,
        typed=typed,
        today=today(),
        due_words=due_words,
        invoice_endpoint="billing.invoice",
        action=url_for("billing.apply_credit", name=credit.name),
        back_href=url_for("billing.credits"),
        back_label="Credit",
        whose=None,
    )
