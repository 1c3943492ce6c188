"""The page on which staff record a payment, and what its form says of the open invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from portal.accounts.models import Company
from portal.billing.cash_application.queries import Application, Credit, applications, credits_of
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.invoices.words import due_words, payment_words
from portal.billing.offline_payments.forms import OfflineForm
from portal.billing.payments.queries.payments import PaymentRow
from portal.billing.payments.queries.payments import payments as payments_of
from portal.billing.settlement.discounts import Put, money_in, shares
from portal.billing.settlement.split import spread
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor
from portal.web.transaction import db, today

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


def suggest(form: OfflineForm, documents: Sequence[OpenDocument], amount: int) -> None:
    """The oldest first, each with the discount of the day on which the money came where it is settled with it."""
    on = form.received_on.data or today()
    saved = {each.id: each.saved_minor(on) for each in documents}
    parts = spread(amount, [(each.id, each.free_minor - saved[each.id]) for each in documents])
    form.fill_rows(parts, documents, saved)


def check_rest(company: Company, form: OfflineForm, documents: Sequence[OpenDocument], amount: int) -> None:
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


def open_invoices(company: Company) -> list[OpenDocument]:
    """The oldest open invoices in the company's currency."""
    return [
        each for each in open_documents(db(), company.id, limit=SHOWN) if each.currency == company.currency
    ]


def payments_page(company: Company, form: OfflineForm, documents: Sequence[OpenDocument]) -> str:
    """The page's HTML."""
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
