"""Sending a document again, or a link to pay it, on behalf of a customer: to addresses that the customer has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.accounts.sign_in.use_cases.throttle import ANY_NETWORK, Limit, TooManyTries, admit
from portal.billing.invoices.queries.invoice import company_of, invoice_for_staff
from portal.billing.pages import staff_blueprint
from portal.billing.pay_links.rules import DEFAULT_DAYS, LinkRequest
from portal.billing.payers.forms import CopyForm
from portal.billing.payers.page import (
    MakeLink,
    invoice_copy,
    invoice_link,
    receipt_copy,
    statement_copy,
    statement_link,
)
from portal.billing.payers.queries import known_addresses
from portal.billing.payers.use_cases import Copy, send_copies
from portal.billing.periods import Month
from portal.billing.refunds.queries import payment_for_staff
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import books, db, now, only_reads, today
from portal.web.ui import flash

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
TO_ADDRESS = Limit(
    "copy_mail_to",
    per_account=5,
    per_network=ANY_NETWORK,
    window=timedelta(days=1),
    way_out=" One address gets at most five documents again a day.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is sent, and where the page leads.

    :ivar link: makes a link to pay it, and mails it; None where nothing of it can be paid.
    """

    company: Company
    copy: Copy
    back_href: str
    link: MakeLink | None = None


@staff_blueprint.route("/billing/invoices/<number>/copies", methods=["GET", "POST"], endpoint="send_invoice")
@needs("billing:manage")
def edit_invoice_copy(number: str) -> Answer:
    """An invoice or a credit memo again, or a link to pay the invoice."""
    invoice = invoice_for_staff(db(), actor(), number)
    company = company_of(db(), invoice)
    back = url_for("billing_staff.invoice", number=number)
    copy = invoice_copy(company, invoice, by=actor().name)
    return _answer(Sent(company=company, copy=copy, back_href=back, link=invoice_link(invoice)))


@staff_blueprint.route("/billing/payments/<number>/copies", methods=["GET", "POST"], endpoint="send_receipt")
@needs("billing:manage")
def edit_receipt_copy(number: str) -> Answer:
    """The receipt of a payment again."""
    payment, company = payment_for_staff(db(), actor(), number)
    if payment.reversed_at is not None:
        raise NotFound
    back = url_for("billing_staff.payment", number=number)
    return _answer(
        Sent(company=company, copy=receipt_copy(db(), company, payment, by=actor().name), back_href=back)
    )


@staff_blueprint.route(
    "/customers/<code>/statements/<month>/copies", methods=["GET", "POST"], endpoint="send_statement"
)
@needs("billing:manage")
def edit_statement_copy(code: str, month: str) -> Answer:
    """A month's statement, or a link to pay what is open of it."""
    company, found = visible_company(db(), actor(), code), Month.read(month)
    if found is None or found > Month.of(today()):
        raise NotFound
    copy = statement_copy(db(), company, found, by=actor().name, zone=_zone())
    back = url_for("billing_staff.statement", code=company.code, month=found.code)
    return _answer(
        Sent(company=company, copy=copy, back_href=back, link=statement_link(company, found.first))
    )


def _answer(sent: Sent) -> Answer:
    known = known_addresses(db(), sent.company)
    form = CopyForm(formdata=None) if only_reads() else CopyForm()
    form.offer(known)
    if only_reads():
        form.fresh_key()
        form.to.data = list(known)[:1]
        viewed(HistoryLookedUp(opened="copies"), account_id=sent.company.id)
        return _page(sent, form)
    form.validate()
    with refusing(form) as tried:
        _send(sent, form)
    if (no := tried.refused) is not None:
        if isinstance(no, TooManyTries):
            return _page(sent, form), 429, {"Retry-After": str(no.retry_after)}
        return _page(sent, form), 422
    flash("ok", f"It is on its way to {' and '.join(sorted(form.to.data))}.")
    return redirect(sent.back_href, 303)


def _send(sent: Sent, form: CopyForm) -> None:
    to = sorted(set(form.to.data or ()))
    if not to or not set(to) <= set(known_addresses(db(), sent.company)):
        raise Rejected("to", "Choose at least one of these addresses.", field="to")
    with books() as aside:  # they count even if the rest is refused
        for email in to:
            admit(aside, limit=TO_ADDRESS, email=email.strip().lower(), network="", now=now())
    if request.form.get("as") != "link":
        send_copies(db(), sent.company, sent.copy, to, actor=actor(), key=form.one_key(), now=now())
        return
    if sent.link is None:
        raise Rejected("settled", "Nothing of it is open, so there is nothing to pay by a link.")
    for email in to:
        sent.link(db(), LinkRequest(days=DEFAULT_DAYS, email=email, zone=_zone()))


def _zone() -> str:
    zone: str = current_app.extensions["settings"].time_zone
    return zone


def _page(sent: Sent, form: CopyForm) -> str:
    return render_template(
        "billing/invoices/send_copy.html",
        sent=sent,
        form=form,
        profile_href=url_for("billing_staff.customer", code=sent.company.code),
        days=DEFAULT_DAYS,
    )
