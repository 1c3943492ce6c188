"""The page on which staff record a payment, and what its form says of the open invoices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import render_template

from portal.accounts.companies.queries import branches_for_staff
from portal.accounts.models import Company
from portal.billing.cash_application.queries import Application, Credit, applications, credits_of
from portal.billing.invoices.queries.choice import Wanted, every_open, open_page
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.invoices.words import due_words, payment_words
from portal.billing.offline_payments.forms import OfflineForm
from portal.billing.payments.queries.payments import PaymentRow
from portal.billing.payments.queries.payments import payments as payments_of
from portal.billing.settlement.choice_page import Choice, Whose, shown_choice
from portal.billing.settlement.discounts import Put, money_in, shares
from portal.billing.settlement.split import spread
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor
from portal.web.sessions import actor
from portal.web.transaction import db, today


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsPage:
    """What the page shows: the form with open invoices, credit that waits, and the newest payments."""

    company: Company
    form: OfflineForm
    choice: Choice
    credits: Sequence[Credit]
    applications: Sequence[Application]
    payments: Sequence[PaymentRow]

    @property
    def documents(self) -> Sequence[OpenDocument]:
        """Everything beside which an amount can be typed."""
        return self.choice.documents

    @property
    def has_discounts(self) -> bool:
        """Whether a discount for paying early was agreed for any of the invoices."""
        return any(each.discount_minor for each in self.documents)

    def saved_minor(self, document: OpenDocument) -> int:
        """The discount as of the day on which the money came."""
        return saved_by(self.form)(document)


def saved_by(form: OfflineForm) -> Callable[[OpenDocument], int]:
    """The discount of each invoice as of the day on which the money came."""
    on = form.received_on.data or today()
    return lambda document: document.saved_minor(on)


def suggest(form: OfflineForm, whose: Whose, amount: int) -> list[OpenDocument]:
    """The oldest first, the company's own before those of its branches, each with the discount of the day on which the money
    came where it is settled with it; those that the money reaches."""
    documents = every_open(db(), whose.ids, whose.currency)
    saved = {each.id: saved_by(form)(each) for each in documents}
    parts = spread(amount, [(each.id, each.free_minor - saved[each.id]) for each in documents])
    chosen = [each for each in documents if each.id in parts]
    form.fill_rows(parts, chosen, saved)
    return chosen


def check_rest(whose: Whose, form: OfflineForm, documents: Sequence[OpenDocument], amount: int) -> None:
    """Money is left over beside open invoices only on purpose.

    :param documents: those that have an amount.
    """
    form.check_rows()
    on = form.received_on.data or today()
    put = Put(form.rows.parts, form.rows.discounts, on)
    parts = shares(put, {each.id: each for each in documents}, at_most=amount)
    rest = amount - money_in(parts)
    if (
        rest > 0
        and not form.rest.data
        and open_page(db(), whose.ids, whose.currency, Wanted(), today()).count
    ):
        words = format_minor(rest, whose.currency)
        raise Rejected(
            "rest", f"{words} is put onto no invoice. Tick the box if that is meant.", field="rest"
        )


def whose_invoices(company: Company) -> Whose:
    """The company's, and where it is a parent its branches'. One statement."""
    return Whose(company.id, company.currency, company.name, branches_for_staff(db(), actor(), company.id))


def payments_page(company: Company, form: OfflineForm, whose: Whose, chosen: Sequence[OpenDocument]) -> str:
    """The page's HTML.

    :param chosen: the invoices that have an amount; they stay in sight.
    """
    page = PaymentsPage(
        company=company,
        form=form,
        choice=shown_choice(form, whose, chosen, saved_by(form)),
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
