"""A customer's payments for administrators: recording what came outside Stripe, and taking an entry back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.invoices.queries.choice import documents_named, documents_of
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.forms import OfflineForm
from portal.billing.offline_payments.page import check_rest, payments_page, saved_by, suggest, whose_invoices
from portal.billing.offline_payments.queries import recorded_payment
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.from_branch import take_from_branch
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
    return payments_page(company, form, whose_invoices(company), [])


@staff_blueprint.post("/customers/<code>/payments", endpoint="record_payment")
@needs("billing:manage")
def create_payment(code: str) -> Response | tuple[str, int] | str:
    """Record the payment; other buttons only read the numbers, show other invoices, or fill in the oldest ones first."""
    company = visible_company(db(), actor(), code)
    form = OfflineForm()
    if not step_of():
        company = _links_give_way(company, form)
    whose = whose_invoices(company)
    chosen = read_typed(form, whose)
    if step_of():
        return _look(company, form, whose, chosen)
    if not form.validate_on_submit():
        return payments_page(company, form, whose, chosen), 422
    with refusing(form) as tried:
        payment = _receive(company, form, whose, chosen)
    if tried.refused is not None:
        return payments_page(company, form, whose, read_again(form, whose, chosen)), 422
    words = format_minor(payment.amount_minor, payment.currency)
    flash("ok", f"Payment {payment.number} over {words} is recorded.")
    return redirect(url_for("billing_staff.payment", number=payment.number), 303)


def _links_give_way(company: Company, form: OfflineForm) -> Company:
    """Close pages that somebody opened with a pay link for what is paid here; the company, read again."""
    whose = whose_invoices(company)
    named = documents_named(db(), whose.ids, form.numbers.data or "").values()
    typed = documents_of(db(), whose.ids, form.ids_in(request.form))
    by_company: dict[int, set[int]] = {}
    for each in (*named, *typed):
        by_company.setdefault(each.company_id, set()).add(each.id)
    sessions = {id: book_sessions(id) for id in by_company}
    code = company.code
    leave()
    for id, ids in by_company.items():
        close_pages_of_links(sessions[id], ids, now=now(), api=stripe())
    return visible_company(db(), actor(), code)


def _look(
    company: Company, form: OfflineForm, whose: Whose, chosen: Sequence[OpenDocument]
) -> str | tuple[str, int]:
    """The page again, without recording anything."""
    with refusing(form) as tried:
        if step_of() == "suggest":
            chosen = suggest(form, whose, form.amount.minor(company.currency))
        elif step_of() == "take":
            amount = form.amount.minor_or_none(company.currency)
            chosen = take_named(form, whose, chosen, saved_by(form), amount)
    page = payments_page(company, form, whose, chosen)
    return (page, 422) if tried.refused is not None or form.numbers.errors else page


def _receive(company: Company, form: OfflineForm, whose: Whose, chosen: Sequence[OpenDocument]) -> Payment:
    key, amount = form.one_key(), form.amount.minor(company.currency)
    if was_received(db(), key):
        form.rows = AmountRows()  # its invoices are paid, and nothing is applied to them a second time
    else:
        chosen = fold_in(form, lambda: take_named(form, whose, chosen, saved_by(form), amount))
        check_rest(whose, form, chosen, amount)
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
    with refusing() as tried:
        done = _take_back(payment, Reversal(one_text(request.form, "reason"), one_text(request.form, "note")))
    if tried.refused is not None:
        flash("error", tried.refused.message)
    elif done:
        amount = format_minor(payment.amount_minor, payment.currency)
        flash("ok", f"Payment {number} over {amount} is taken back. What it had paid is open as before.")
    else:
        flash("info", "It had been taken back before.")
    return redirect(url_for("billing_staff.payment", number=number), 303)


def _take_back(payment: Payment, reversal: Reversal) -> bool:
    """What came with a parent's payment by mistake goes back to the parent's account."""
    if payment.group_payment is not None and reversal.reason == "mistake":
        return take_from_branch(db(), actor=actor(), payment_id=payment.id, now=now())
    return reverse_payment(db(), actor=actor(), payment_id=payment.id, reversal=reversal, now=now())
