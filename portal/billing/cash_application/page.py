"""The page on which credit is applied to invoices, for customers and for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import render_template, request
from sqlalchemy.orm import Session

from portal.billing.cash_application.forms import ApplicationForm
from portal.billing.cash_application.queries import Credit, credit_named
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit, was_applied
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.invoices.words import due_words
from portal.billing.settlement.choice_page import (
    Whose,
    fold_in,
    read_again,
    read_typed,
    shown_choice,
    step_of,
    take_named,
)
from portal.billing.settlement.split import spread
from portal.web.sessions import actor
from portal.web.transaction import db, now, today


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPage:
    """What tells the page of a customer from that of staff. ``whose``: the company's name, for staff."""

    layout: str
    invoice_endpoint: str
    action: str
    back_href: str
    back_label: str
    whose: str | None = None


def suggested_form(credit: Credit, company_id: int) -> tuple[ApplicationForm, list[OpenDocument]]:
    """A new form in which the oldest invoices are filled in first, with these invoices. A filter in the address is
    shown, and then nothing is filled in."""
    form = ApplicationForm(formdata=None)
    form.fresh_key()
    form.show_asked(request.args)
    if form.q.data or form.age.data or request.args.get("page"):
        return form, []
    documents = [each for each in open_documents(db(), company_id) if each.currency == credit.currency]
    saved = {each.id: saved_minor(credit, each) for each in documents}
    parts = spread(credit.free_minor, [(each.id, each.free_minor - saved[each.id]) for each in documents])
    chosen = [each for each in documents if each.id in parts]
    form.fill_rows(parts, chosen, saved)
    return form, chosen


class Sent:
    """The form as it came back, for a credit by its name: its rows, and what its buttons do.

    :raises NotFound: for another company's invoice.
    """

    def __init__(self, name: str, whose: Whose, *, ahead: bool) -> None:
        self.form, self.name, self.ahead = ApplicationForm(), name, ahead
        self.form.validate()
        self.whose = whose
        self.chosen = read_typed(self.form, whose)

    def credit(self) -> Credit:
        """What is applied.

        :raises NotFound: if nothing of it is left.
        """
        return credit_named(db(), self.whose.id, self.name, ahead=self.ahead)

    def look(self) -> Credit:
        """Read the numbers, where that was asked for; nothing is applied."""
        credit = self.credit()
        if step_of() == "take":
            self.chosen = self._taken(credit)
        return credit

    def apply(self, session: Session) -> bool:
        """Apply what the form says; False if it was applied before.

        :raises Rejected: as :func:`apply_credit` does, and for amounts and numbers that cannot be read.
        """
        if self.form.numbers.data and not was_applied(db(), self.form.one_key(), self.whose.branches):
            self.chosen = fold_in(self.form, lambda: self._taken(self.credit()))
        self.form.check_rows()
        return apply_credit(
            session,
            actor=actor(),
            company_id=self.whose.id,
            source=Source.named(self.name, self.form.rows.discounts if actor().is_staff else None),
            parts=self.form.rows.parts,
            key=self.form.one_key(),
            now=now(),
        )

    def _taken(self, credit: Credit) -> list[OpenDocument]:
        whose = replace(self.whose, currency=credit.currency)
        return take_named(
            self.form, whose, self.chosen, lambda each: saved_minor(credit, each), credit.free_minor
        )

    def again(self) -> tuple[Credit, list[OpenDocument]]:
        """What the page shows after a refusal."""
        return self.credit(), read_again(self.form, self.whose, self.chosen)


def saved_minor(credit: Credit, document: OpenDocument) -> int:
    """The early-payment discount where cash settles an invoice: as of the day on which it came."""
    return document.saved_minor(credit.since) if credit.kind == "cash" else 0


def credit_page(
    page: CreditPage, credit: Credit, form: ApplicationForm, chosen: Sequence[OpenDocument], whose: Whose
) -> str:
    """The page's HTML.

    :param chosen: the invoices that have an amount; they stay in sight.
    """
    choice = shown_choice(
        form, replace(whose, currency=credit.currency), chosen, lambda each: saved_minor(credit, each)
    )
    return render_template(
        "billing/cash_application/apply_credit.html",
        page=page,
        credit=credit,
        form=form,
        choice=choice,
        today=today(),
        due_words=due_words,
        saved=lambda document: saved_minor(credit, document),
        discounts=actor().is_staff
        and credit.kind == "cash"
        and any(each.discount_minor for each in choice.documents),
    )
