"""Payments for a later day: the list, a new one, cancelling."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from portal.billing.methods.queries import methods_to_charge
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.payments import pay_form
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.page import is_test_mode
from portal.billing.payments.pay_form import PayForm
from portal.billing.payments.queries.payable import Payable, payable, refuse_strangers
from portal.billing.scheduled.forms import ScheduleForm
from portal.billing.scheduled.queries import scheduled_payments
from portal.billing.scheduled.use_cases import cancel_scheduled_payment, schedule_payment
from portal.foundation.amounts import amount_field
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.secrets.handles import handle
from portal.foundation.wording import weekday_words
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, today
from portal.web.ui import flash


@blueprint.get("/scheduled-payments", endpoint="scheduled")
@needs("payments:administer")
def show_scheduled() -> str:
    """Payments that wait for their day, and the outcome of the last ones."""
    return render_template(
        "billing/scheduled/scheduled.html",
        rows=scheduled_payments(db(), actor().customer_id),
        test_mode=is_test_mode(),
    )


@blueprint.get("/scheduled-payments/new", endpoint="new_scheduled")
@needs("payments:administer")
def schedule_form() -> str | Response:
    """The day, the saved method and an amount for each chosen invoice."""
    numbers = pay_form.numbers_in(request.args.getlist("invoice"))
    documents = payable(db(), actor().customer_id, numbers)
    refuse_strangers(db(), actor().customer_id, documents, numbers)
    if not documents.chosen:
        return redirect(url_for("billing.invoices"))
    return _page(db(), documents, _read(documents), ScheduleForm(formdata=None))


@blueprint.post("/scheduled-payments", endpoint="schedule_payment")
@needs("payments:administer")
def create_scheduled() -> Response | tuple[str, int]:
    """Schedule it; nothing is charged before the day."""
    numbers = pay_form.numbers_in(request.form.getlist("invoice"))
    if not numbers:
        flash("info", "Choose at least one invoice to pay.")
        return redirect(url_for("billing.invoices"), 303)
    documents = _chosen(numbers)
    amounts, form = _read(documents), ScheduleForm()
    _set_choices(db(), form)
    if not form.validate() or amounts.has_errors:
        return _page(db(), documents, amounts, form), 422
    with refusing(within=books()) as tried:
        attempt = _schedule(tried.session, documents, amounts, form)
    if tried.refused is not None:
        _refuse(amounts, form, tried.refused)
        return _page(db(), documents, amounts, form), 422
    on = attempt.run_on or today()
    flash("ok", f"Scheduled for {weekday_words(on)}. You can cancel it until then.")
    return redirect(url_for("billing.scheduled"), 303)


@blueprint.post("/scheduled-payments/<token>/cancellation", endpoint="cancel_scheduled")
@needs("payments:administer")
def create_cancellation(token: str) -> Response:
    """Cancel it before its day."""
    with refusing(within=books()) as tried:
        cancel_scheduled_payment(tried.session, actor=actor(), token=token, now=now())
        flash("ok", "The scheduled payment is cancelled. Nothing is taken.")
    if tried.refused is not None:
        flash("error", tried.refused.message)
    return redirect(url_for("billing.scheduled"), 303)


def _chosen(numbers: list[str]) -> Payable:
    """The invoices of these numbers.

    :raises NotFound: if one of them is not payable.
    """
    documents = payable(db(), actor().customer_id, numbers)
    if len(documents.chosen) != len(numbers):
        raise NotFound
    return documents


def _schedule(session: Session, documents: Payable, amounts: PayForm, form: ScheduleForm) -> PaymentAttempt:
    return schedule_payment(
        session,
        actor=actor(),
        shares=[RequestedShare(each.id, amounts.typed[each.number].minor or 0) for each in documents.chosen],
        method_id=form.method.data,
        run_on=form.run_on.data,
        now=now(),
        today=today(),
    )


def _refuse(amounts: PayForm, form: ScheduleForm, no: Rejected) -> None:
    if no.field and no.field.partition("_")[2] in amounts.typed:
        amounts.refuse(no.field, no.message)
    else:
        form.refuse(no)


def _read(documents: Payable) -> PayForm:
    left = {each.number: documents.left(each) for each in documents.chosen}
    return pay_form.read(request.values, (), left, documents.chosen[0].currency)


def _set_choices(session: Session, form: ScheduleForm) -> None:
    form.method.choices = [
        SelectChoice(handle("method", each.id), each.words)
        for each in methods_to_charge(session, actor(), today())
    ]


def _page(session: Session, documents: Payable, amounts: PayForm, form: ScheduleForm) -> str:
    _set_choices(session, form)
    return render_template(
        "billing/scheduled/schedule.html",
        documents=documents,
        amounts=amounts,
        form=form,
        amount_field=amount_field,
        test_mode=is_test_mode(),
    )
