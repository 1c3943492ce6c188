"""Promising to pay an invoice by a day, and withdrawing the promise."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.invoice import invoice_for
from portal.billing.pages import blueprint
from portal.billing.promises_to_pay.forms import PromiseForm
from portal.billing.promises_to_pay.queries import promises_of
from portal.billing.promises_to_pay.use_cases import (
    LONGEST_DAYS,
    NewPromise,
    promise_payment,
    withdraw_promise,
)
from portal.web.access import needs
from portal.web.filters import day
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, today
from portal.web.ui import flash


@blueprint.get("/invoices/<number>/promises", endpoint="promise")
@needs("invoices:pay")
def promise_form(number: str) -> str:
    """The form: by when, and a note."""
    form = PromiseForm(formdata=None)
    form.promised_on.data = today() + timedelta(days=7)
    return _page(number, form)


@blueprint.post("/invoices/<number>/promises", endpoint="make_promise")
@needs("invoices:pay")
def create_promise(number: str) -> Response | tuple[str, int]:
    """Promise; reminders wait until that day."""
    form = PromiseForm()
    if not form.validate_on_submit():
        return _page(number, form), 422
    with refusing(form, books()) as tried:
        new = NewPromise(number, form.promised_on.data, form.note.data or "")
        made = promise_payment(tried.session, new, actor=actor(), now=now(), today=today())
    if tried.refused is not None:
        return _page(number, form), 422
    flash("ok", f"Noted: {number} is paid by {day(made.promised_on)}. We send no reminders of it until then.")
    return redirect(url_for("billing.invoice", number=number))


@blueprint.post("/invoices/<number>/promises/withdrawal", endpoint="withdraw_promise")
@needs("invoices:pay")
def promise_withdrawal(number: str) -> Response:
    """Withdraw the open promise."""
    with books() as session:
        gone = withdraw_promise(session, actor=actor(), now=now(), number=number)
    flash(
        "ok" if gone else "info",
        "The promise is taken back." if gone else "There was no promise to take back.",
    )
    return redirect(url_for("billing.invoice", number=number))


def _page(number: str, form: PromiseForm) -> str:
    invoice = invoice_for(db(), actor(), number)
    last = today() + timedelta(days=LONGEST_DAYS)
    earlier = promises_of(db(), invoice.id, today=today(), zone=current_app.extensions["settings"].time_zone)
    current = next((each for each in earlier if each.state in ("waits", "broken")), None)
    return render_template(
        "billing/promises_to_pay/promise.html",
        invoice=invoice,
        form=form,
        first=today(),
        last=last,
        current=current,
    )
