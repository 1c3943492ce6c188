"""The page on which credit is applied to invoices, for customers and for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from sqlalchemy.orm import Session

from portal.billing.cash_application.forms import ApplicationForm
from portal.billing.cash_application.queries import Credit
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.invoices.words import due_words
from portal.billing.settlement.split import spread
from portal.web.sessions import actor
from portal.web.transaction import db, now, today

SHOWN = 60  # invoices beside which an amount can be typed


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
    """A new form in which the oldest invoices are filled in first, with these invoices."""
    form = ApplicationForm(formdata=None)
    form.fresh_key()
    documents = payable_with(credit, company_id)
    saved = {each.id: saved_minor(credit, each) for each in documents}
    parts = spread(credit.free_minor, [(each.id, each.free_minor - saved[each.id]) for each in documents])
    form.fill_rows(parts, documents, saved)
    return form, documents


def sent_form(company_id: int) -> ApplicationForm:
    """The form as it came back."""
    form = ApplicationForm()
    form.read_rows(request.form, open_documents(db(), company_id, limit=SHOWN))
    form.validate()
    return form


def apply_sent(session: Session, form: ApplicationForm, company_id: int, name: str) -> bool:
    """Apply what the form says; False if it was applied before.

    :raises Rejected: as :func:`apply_credit` does, and for amounts that cannot be read.
    """
    form.check_rows()
    return apply_credit(
        session,
        actor=actor(),
        company_id=company_id,
        source=Source.named(name, form.rows.discounts if actor().is_staff else None),
        parts=form.rows.parts,
        key=form.one_key(),
        now=now(),
    )


def payable_with(credit: Credit, company_id: int) -> list[OpenDocument]:
    """The open invoices in the credit's currency, oldest first."""
    found = open_documents(db(), company_id, limit=SHOWN)
    return [each for each in found if each.currency == credit.currency and each.free_minor > 0]


def saved_minor(credit: Credit, document: OpenDocument) -> int:
    """The early-payment discount where cash settles an invoice: as of the day on which it came."""
    return document.saved_minor(credit.since) if credit.kind == "cash" else 0


def credit_page(
    page: CreditPage, credit: Credit, form: ApplicationForm, documents: Sequence[OpenDocument]
) -> str:
    """The page's HTML."""
    return render_template(
        "billing/cash_application/apply_credit.html",
        page=page,
        credit=credit,
        form=form,
        documents=documents,
        today=today(),
        due_words=due_words,
        saved=lambda document: saved_minor(credit, document),
        discounts=actor().is_staff
        and credit.kind == "cash"
        and any(each.discount_minor for each in documents),
    )
