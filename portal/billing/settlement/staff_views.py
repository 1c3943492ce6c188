"""Writing off the small rest of an invoice, and owing it again."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.invoice import company_of, invoice_for_staff
from portal.billing.models.invoices import Invoice
from portal.billing.pages import staff_blueprint
from portal.billing.settlement.forms import WriteOffForm
from portal.billing.settlement.page import write_off_limit
from portal.billing.settlement.queries import write_offs_of
from portal.billing.settlement.use_cases.write_offs import NewWriteOff, reverse_write_off, write_off_rest
from portal.foundation.errors import NotFound
from portal.foundation.money import format_minor
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import SAFE_METHODS, db, now
from portal.web.ui import flash

ADDRESS = "/billing/invoices/<number>/write-offs"


@staff_blueprint.route(ADDRESS, methods=["GET", "POST"], endpoint="write_off")
@needs("billing:manage")
def edit_write_off(number: str) -> str | Response | tuple[str, int]:
    """What is open, up to which limit, why; and what was written off before."""
    invoice = _invoice(number)
    if request.method in SAFE_METHODS:
        form = WriteOffForm(formdata=None)
        form.fresh_key()
        viewed(HistoryLookedUp(opened="account"), account_id=invoice.company_id)
        return _page(invoice, form)
    form = WriteOffForm()
    form.validate()
    with refusing(form) as tried:
        new = NewWriteOff(invoice, form.reason.data or "", write_off_limit(invoice.currency), form.one_key())
        written = write_off_rest(db(), new, actor=actor(), now=now())
    if tried.refused is not None:
        return _page(_invoice(number), form), 422
    flash("ok", f"{format_minor(written.amount_minor, written.currency)} of {number} is written off.")
    return redirect(url_for("billing_staff.invoice", number=number), 303)


@staff_blueprint.post(
    f"{ADDRESS}/<int(max=9007199254740992):write_off_id>/reversal", endpoint="reverse_write_off"
)
@needs("billing:manage")
def create_reversal(number: str, write_off_id: int) -> Response:
    """Let it be owed again; pressed twice, once."""
    invoice = _invoice(number)
    done = reverse_write_off(db(), actor=actor(), invoice=invoice, write_off_id=write_off_id, now=now())
    flash("ok" if done else "info", "It is owed again." if done else "It was owed again before.")
    return redirect(url_for("billing_staff.write_off", number=number), 303)


def _invoice(number: str) -> Invoice:
    found = invoice_for_staff(db(), actor(), number)
    if found.kind != "invoice":
        raise NotFound
    return found


def _page(invoice: Invoice, form: WriteOffForm) -> str:
    return render_template(
        "billing/invoices/write_off.html",
        invoice=invoice,
        company=company_of(db(), invoice),
        form=form,
        limit_minor=write_off_limit(invoice.currency),
        written=write_offs_of(db(), invoice.id),
    )
