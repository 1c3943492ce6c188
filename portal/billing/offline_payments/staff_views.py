"""A customer's money for administrators: recording what came outside Stripe, and putting credit onto invoices."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.cash_application import use_cases as applying
from portal.billing.cash_application.queries import applications, credits_of
from portal.billing.cash_application.typed_parts import TypedParts, fill_parts, read_parts
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.invoices.words import due_words, payment_words
from portal.billing.offline_payments.forms import OfflineForm
from portal.billing.offline_payments.use_cases import Offline, is_known, receive
from portal.billing.pages import staff_blueprint
from portal.billing.payments.queries.payments import payments as payments_of
from portal.billing.settlement.split import spread
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor
from portal.web.access import needs
from portal.web.forms import amount_of
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash

SHOWN = 60  # invoices beside which an amount can be typed


@staff_blueprint.get("/customers/<code>/payments", endpoint="new_payment")
@needs("billing:manage")
def new_payment(code: str) -> str:
    """The form, what waits to be put onto invoices, and the newest payments."""
    company = visible_company(db(), actor(), code)
    form = OfflineForm(formdata=None)
    form.fresh_key()
    form.received_on.data = today()
    return _page(company, form, _open(company), TypedParts())


@staff_blueprint.post("/customers/<code>/payments", endpoint="record_payment")
@needs("billing:manage")
def record_payment(code: str) -> Response | tuple[str, int] | str:
    """Record the payment; with "suggest" only fill in the oldest invoices first."""
    company = visible_company(db(), actor(), code)
    form, documents = OfflineForm(), _open(company)
    typed = read_parts(request.form, documents)
    if not form.validate_on_submit():
        return _page(company, form, documents, typed), 422
    with refusing() as tried:
        amount = amount_of(form.amount, company.currency)
        if request.form.get("step") == "suggest":
            parts = spread(amount, [(each.id, each.free_minor) for each in documents])
            return _page(company, form, documents, fill_parts(parts, documents))
        if is_known(db(), form.one_key()):
            typed = TypedParts()  # sent before: its invoices are paid, and nothing is put onto them again
        else:
            _check_rest(form, company, documents, typed, amount)
        money = Offline(
            form.kind.data,
            amount,
            form.received_on.data or today(),
            form.reference.data or "",
            form.note.data or "",
        )
        payment = receive(
            db(),
            actor=actor(),
            company=company,
            money=money,
            parts=typed.parts,
            key=form.one_key(),
            now=now(),
            today=today(),
        )
    if (no := tried.refused) is not None:
        if not typed.refuse(no.field, no.message):
            form.refuse(no)
        return _page(company, form, documents, typed), 422
    flash(
        "ok",
        f"Payment {payment.number} over {format_minor(payment.amount_minor, payment.currency)} is recorded.",
    )
    return redirect(url_for("billing_staff.payment", number=payment.number), 303)


def _check_rest(
    form: OfflineForm, company: Company, documents: list[OpenDocument], typed: TypedParts, amount: int
) -> None:
    """What is left over beside open invoices is left over on purpose."""
    if typed.errors:
        raise Rejected("parts", "Correct the amounts beside the invoices.")
    rest = amount - typed.total_minor
    if rest > 0 and documents and not form.rest.data:
        words = format_minor(rest, company.currency)
        raise Rejected(
            "rest", f"{words} is put onto no invoice. Tick the box if that is meant.", field="rest"
        )


@staff_blueprint.post("/customers/<code>/applications/<int:transaction_id>/reversal")
@needs("billing:manage")
def undo_application(code: str, transaction_id: int) -> Response:
    """Take cash or a credit memo off invoices again."""
    company = visible_company(db(), actor(), code)
    with refusing() as tried:
        done = applying.undo(
            db(), actor=actor(), company_id=company.id, transaction_id=transaction_id, now=now()
        )
        flash("ok" if done else "info", "It is taken back." if done else "It had been taken back before.")
    if tried.refused is not None:
        flash("error", tried.refused.message)
    return redirect(url_for("billing_staff.new_payment", code=code, _anchor="applied"), 303)


def _open(company: Company) -> list[OpenDocument]:
    return [
        each for each in open_documents(db(), company.id, limit=SHOWN) if each.currency == company.currency
    ]


def _page(company: Company, form: OfflineForm, documents: list[OpenDocument], typed: TypedParts) -> str:
    context: dict[str, Any] = {
        "company": company,
        "form": form,
        "documents": documents,
        "typed": typed,
        "is_cut": len(documents) >= SHOWN,
        "credits": credits_of(db(), company.id, ahead=True),
        "applications": applications(db(), company.id),
        "payments": payments_of(db(), company.id).rows,
        "payment_words": payment_words,
        "due_words": due_words,
        "today": today(),
    }
    return render_template("billing/offline_payments/staff_payments.html", **context)
