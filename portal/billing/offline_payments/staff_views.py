"""A customer's payments for administrators: recording what came outside Stripe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.cash_application.queries import Application, Credit, applications, credits_of
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.invoices.words import due_words, payment_words
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.forms import OfflineForm
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases import receive_payment, was_received
from portal.billing.pages import staff_blueprint
from portal.billing.payments.queries.payments import PaymentRow
from portal.billing.payments.queries.payments import payments as payments_of
from portal.billing.settlement.discounts import Put, money_in, shares
from portal.billing.settlement.split import spread
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor
from portal.web.access import needs
from portal.web.amount_rows import AmountRows
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash

SHOWN = 60  # invoices beside which an amount can be typed


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsPage:
    """What the page shows: the form with the open invoices, credit that waits, and the newest payments.

    :ivar is_cut: there are more open invoices than those.
    """

    company: Company
    form: OfflineForm
    documents: Sequence[OpenDocument]
    is_cut: bool
    credits: Sequence[Credit]
    applications: Sequence[Application]
    payments: Sequence[PaymentRow]

    @property
    def has_discounts(self) -> bool:
        """Whether a discount for paying early was agreed for any of the invoices."""
        return any(each.discount_minor for each in self.documents)

    def saved_minor(self, document: OpenDocument) -> int:
        """The discount as of the day on which the money came."""
        return document.saved_minor(self.form.received_on.data or today())


@staff_blueprint.get("/customers/<code>/payments", endpoint="new_payment")
@needs("billing:manage")
def payment_form(code: str) -> str:
    """The form, the credit that is not on an invoice yet, and the newest payments."""
    company = visible_company(db(), actor(), code)
    form = OfflineForm(formdata=None)
    form.fresh_key()
    form.received_on.data = today()
    documents = _open(company)
    form.fill_rows({}, documents, {each.id: each.saved_minor(today()) for each in documents})
    return _page(company, form, documents)


@staff_blueprint.post("/customers/<code>/payments", endpoint="record_payment")
@needs("billing:manage")
def create_payment(code: str) -> Response | tuple[str, int] | str:
    """Record the payment; with "suggest" only fill in the oldest invoices first."""
    company = visible_company(db(), actor(), code)
    form, documents = OfflineForm(), _open(company)
    form.read_rows(request.form, documents)
    if not form.validate_on_submit():
        return _page(company, form, documents), 422
    with refusing(form) as tried:
        amount = form.amount.minor(company.currency)
        if request.form.get("step") == "suggest":
            _suggest(form, documents, amount)
            return _page(company, form, documents)
        payment = _receive(company, form, documents, amount)
    if tried.refused is not None:
        return _page(company, form, documents), 422
    words = format_minor(payment.amount_minor, payment.currency)
    flash("ok", f"Payment {payment.number} over {words} is recorded.")
    return redirect(url_for("billing_staff.payment", number=payment.number), 303)


def _suggest(form: OfflineForm, documents: Sequence[OpenDocument], amount: int) -> None:
    """The oldest first, each with the discount of the day on which the money came where it is settled with it."""
    on = form.received_on.data or today()
    saved = {each.id: each.saved_minor(on) for each in documents}
    parts = spread(amount, [(each.id, each.free_minor - saved[each.id]) for each in documents])
    form.fill_rows(parts, documents, saved)


def _receive(company: Company, form: OfflineForm, documents: Sequence[OpenDocument], amount: int) -> Payment:
    key = form.one_key()
    if was_received(db(), key):
        form.rows = AmountRows()  # its invoices are paid, and nothing is applied to them a second time
    else:
        _check_rest(company, form, documents, amount)
    money = OfflinePayment(
        form.kind.data,
        amount,
        form.received_on.data or today(),
        form.reference.data or "",
        form.note.data or "",
        form.rows.parts,
        form.rows.discounts,
    )
    return receive_payment(
        db(), actor=actor(), company=company, money=money, key=key, now=now(), today=today()
    )


def _check_rest(company: Company, form: OfflineForm, documents: Sequence[OpenDocument], amount: int) -> None:
    """Money is left over beside open invoices only on purpose."""
    form.check_rows()
    on = form.received_on.data or today()
    put = Put(form.rows.parts, form.rows.discounts, on)
    parts = shares(put, {each.id: each for each in documents}, at_most=amount)
    rest = amount - money_in(parts)
    if rest > 0 and documents and not form.rest.data:
        words = format_minor(rest, company.currency)
        raise Rejected(
            "rest", f"{words} is put onto no invoice. Tick the box if that is meant.", field="rest"
        )


def _open(company: Company) -> list[OpenDocument]:
    return [
        each for each in open_documents(db(), company.id, limit=SHOWN) if each.currency == company.currency
    ]


def _page(company: Company, form: OfflineForm, documents: Sequence[OpenDocument]) -> str:
    page = PaymentsPage(
        company=company,
        form=form,
        documents=documents,
        is_cut=len(documents) >= SHOWN,
        credits=credits_of(db(), company.id, ahead=True),
        applications=applications(db(), company.id),
        payments=payments_of(db(), company.id).rows,
    )
    return render_template(
        "billing/offline_payments/staff_payments.html",
        page=page,
        payment_words=payment_words,
        due_words=due_words,
        today=today(),
    )
