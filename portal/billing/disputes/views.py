"""Disputing part of an invoice, and withdrawing the dispute."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.billing.disputes.forms import DisputeForm
from portal.billing.disputes.queries import disputes_of
from portal.billing.disputes.use_cases.disputes import dispute_invoice, withdraw_dispute
from portal.billing.invoices.queries.invoice import invoice_for
from portal.billing.models.invoices import Invoice
from portal.billing.pages import blueprint
from portal.foundation.errors import NotFound
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now
from portal.web.ui import flash


@blueprint.get("/invoices/<number>/disputes", endpoint="dispute")
@needs("invoices:pay")
def dispute_form(number: str) -> str:
    """The form: how much, what is wrong, and a note."""
    invoice = _invoice(number)
    form = DisputeForm(formdata=None)
    # Of one that is paid, all that was not credited yet.
    form.amount.fill(
        min(invoice.open_minor or invoice.creditable_minor, invoice.creditable_minor), invoice.currency
    )
    return _page(number, form)


@blueprint.post("/invoices/<number>/disputes", endpoint="open_dispute")
@needs("invoices:pay")
def create_dispute(number: str) -> Response | tuple[str, int]:
    """Open a dispute; reminders wait until it is answered."""
    form = DisputeForm()
    valid = form.validate_on_submit()
    currency = _invoice(number).currency
    with refusing(form, books()) as tried:
        amount = form.amount.minor(currency)
        if valid:
            _dispute(tried.session, number, amount, form)
    if not valid or tried.refused is not None:
        return _page(number, form), 422
    flash("ok", f"We have it. We look into {number} and answer by mail; there are no reminders until then.")
    return redirect(url_for("billing.invoice", number=number))


def _dispute(session: Session, number: str, amount_minor: int, form: DisputeForm) -> None:
    dispute_invoice(
        session,
        actor=actor(),
        now=now(),
        number=number,
        amount_minor=amount_minor,
        reason=form.reason.data or "",
        note=form.note.data or "",
    )


@blueprint.post("/invoices/<number>/disputes/withdrawal", endpoint="withdraw_dispute")
@needs("invoices:pay")
def dispute_withdrawal(number: str) -> Response:
    """Withdraw the open dispute."""
    with books() as session:
        gone = withdraw_dispute(session, actor=actor(), now=now(), number=number)
    flash("ok" if gone else "info", "It is taken back." if gone else "No dispute about this invoice is open.")
    return redirect(url_for("billing.invoice", number=number))


def _invoice(number: str) -> Invoice:
    """A credit memo is not contested."""
    invoice = invoice_for(db(), actor(), number)
    if invoice.kind != "invoice":
        raise NotFound
    return invoice


def _page(number: str, form: DisputeForm) -> str:
    invoice = _invoice(number)
    return render_template(
        "billing/disputes/dispute.html", invoice=invoice, form=form, earlier=disputes_of(db(), invoice.id)
    )
