"""A customer's payments for administrators: recording what came outside Stripe, and taking an entry back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.invoices.queries.choice import documents_named
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.forms import OfflineForm
from portal.billing.offline_payments.page import check_rest, payments_page, saved_by, suggest
from portal.billing.offline_payments.queries import recorded_payment
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment, was_received
from portal.billing.offline_payments.use_cases.reverse import Reversal, reverse_payment
from portal.billing.pages import staff_blueprint
from portal.billing.payments.page import stripe
from portal.billing.payments.use_cases.giving_way import close_pages_of_links
from portal.billing.settlement.choice_page import Whose, fold_in, read_again, read_typed, step_of, take_named
from portal.foundation.inputs import one_text
from portal.foundation.money import format_minor
from portal.web.access import needs
from portal.web.amount_rows import AmountRows
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import book_sessions, db, leave, now, today
from portal.web.ui import flash


@staff_blueprint.get("/customers/<code>/payments", endpoint="new_payment")
@needs("billing:manage")
def payment_form(code: str) -> str:
    """The form, the credit that is not on an invoice yet, and the newest payments."""
    company = visible_company(db(), actor(), code)
    form = OfflineForm(formdata=None)
    form.fresh_key()
    form.show_asked(request.args)
    form.received_on.data = today()
    return payments_page(company, form, [])


@staff_blueprint.post("/customers/<code>/payments", endpoint="record_payment")
@needs("billing:manage")
def create_payment(code: str) -> Response | tuple[str, int] | str:
    """Record the payment; other buttons only read the numbers, show other invoices, or fill in the oldest ones first."""
    company = visible_company(db(), actor(), code)
    form = OfflineForm()
    if not step_of():
        company = _links_give_way(company, form)
    chosen = read_typed(form, _whose(company))
    if step_of():
        return _look(company, form, chosen)
    if not form.validate_on_submit():
        return payments_page(company, form, chosen), 422
    with refusing(form) as tried:
        payment = _receive(company, form, chosen, form.amount.minor(company.currency))
    if tried.refused is not None:
        return payments_page(company, form, read_again(form, company.id, chosen)), 422
    words = format_minor(payment.amount_minor, payment.currency)
    flash("ok", f"Payment {payment.number} over {words} is recorded.")
    return redirect(url_for("billing_staff.payment", number=payment.number), 303)


def _links_give_way(company: Company, form: OfflineForm) -> Company:
    """Close pages that somebody opened with a pay link for what is paid here; the company, read again."""
    named = documents_named(db(), company.id, form.numbers.data or "").values()
    code, sessions = company.code, book_sessions(company.id)
    ids = {*form.ids_in(request.form), *(each.id for each in named)}
    leave()
    if ids:
        close_pages_of_links(sessions, ids, now=now(), api=stripe())
    return visible_company(db(), actor(), code)


def _look(company: Company, form: OfflineForm, chosen: Sequence[OpenDocument]) -> str | tuple[str, int]:
    """The page again, without recording anything."""
    with refusing(form) as tried:
        if step_of() == "suggest":
            chosen = suggest(form, company, form.amount.minor(company.currency))
        elif step_of() == "take":
            amount = form.amount.minor_or_none(company.currency)
            chosen = take_named(form, _whose(company), chosen, saved_by(form), amount)
    page = payments_page(company, form, chosen)
    return (page, 422) if tried.refused is not None or form.numbers.errors else page


def _whose(company: Company) -> Whose:
    return Whose(company.id, company.currency)


def _receive(company: Company, form: OfflineForm, chosen: Sequence[OpenDocument], amount: int) -> Payment:
    key = form.one_key()
    if was_received(db(), key):
        form.rows = AmountRows()  # its invoices are paid, and nothing is applied to them a second time
    else:
        chosen = fold_in(form, lambda: take_named(form, _whose(company), chosen, saved_by(form), amount))
        check_rest(company, form, chosen, amount)
    money = OfflinePayment(
        form.kind.data,
        amount,
        form.received_on.data or today(),
        form.reference.data or "",
        form.note.data or "",
        form.rows.parts,
        form.rows.discounts,
        bool(form.again.data),
    )
    return receive_payment(
        db(), actor=actor(), company=company, money=money, key=key, now=now(), today=today()
    )


@staff_blueprint.post("/billing/payments/<number>/reversal", endpoint="reverse_payment")
@needs("billing:manage")
def create_reversal(number: str) -> Response:
    """Take the entry back; pressed twice, once."""
    payment = recorded_payment(db(), actor(), number)
    reversal = Reversal(one_text(request.form, "reason"), one_text(request.form, "note"))
    with refusing() as tried:
        done = reverse_payment(db(), actor=actor(), payment_id=payment.id, reversal=reversal, now=now())
    if tried.refused is not None:
        flash("error", tried.refused.message)
    elif done:
        amount = format_minor(payment.amount_minor, payment.currency)
        flash("ok", f"Payment {number} over {amount} is taken back. What it had paid is open as before.")
    else:
        flash("info", "It had been taken back before.")
    return redirect(url_for("billing_staff.payment", number=number), 303)
