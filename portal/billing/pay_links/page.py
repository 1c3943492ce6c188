"""The pages on which a company makes a pay link: for an invoice, for a statement, and the link that was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, render_template, url_for

from portal.billing.invoices.queries.invoice import invoice_for
from portal.billing.invoices.queries.open_documents import documents_by_id
from portal.billing.models.invoices import Invoice
from portal.billing.pay_links.forms import LinkForm
from portal.billing.pay_links.queries import LinkRow, live_links
from portal.billing.pay_links.use_cases.asked import asked_for
from portal.billing.pay_links.use_cases.make import NewLink
from portal.billing.payments.page import stripe
from portal.billing.periods import Month
from portal.foundation.config import Settings
from portal.foundation.errors import NotFound
from portal.web.sessions import actor
from portal.web.transaction import db, now, today


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """What tells the page for an invoice from that for a statement. ``amount_minor``: what is open of the invoice;
    ``asked_minor``: what a link asks for today."""

    what: str
    action: str
    back_href: str
    back_label: str
    amount_minor: int | None = None
    asked_minor: int = 0
    currency: str = ""
    links: Sequence[LinkRow] = ()


def invoice_link_page(number: str, form: LinkForm) -> str:
    """The form for a link to one invoice, and the links to it that work.

    :raises NotFound: if the company has no such invoice.
    """
    invoice = invoice_for(db(), actor(), number)
    if invoice.kind != "invoice":
        raise NotFound
    page = LinkPage(
        what=f"Invoice {number}",
        amount_minor=invoice.open_minor,
        asked_minor=_asked_minor(invoice),
        currency=invoice.currency,
        action=url_for("billing.make_link", number=number),
        back_href=url_for("billing.invoice", number=number),
        back_label=number,
        links=live_links(db(), actor().customer_id, now(), invoice_id=invoice.id),
    )
    return _page(page, form)


def _asked_minor(invoice: Invoice) -> int:
    documents = list(documents_by_id(db(), invoice.company_id, [invoice.id]).values())
    payable = [each for each in documents if each.free_minor > 0]
    return asked_for(db(), invoice.company_id, documents, payable, today()).to_pay_minor


def statement_link_page(month: Month, form: LinkForm) -> str:
    """The form for a link to what is open of a statement."""
    page = LinkPage(
        what=f"Statement of {month.words}",
        action=url_for("billing.make_statement_link", month=month.code),
        back_href=url_for("billing.statement", month=month.code),
        back_label=month.words,
    )
    return _page(page, form)


def _page(page: LinkPage, form: LinkForm) -> str:
    return render_template(
        "billing/pay_links/make_link.html", page=page, form=form, cards=stripe() is not None
    )


def link_made_page(made: NewLink, back_href: str, back_label: str, form: LinkForm) -> str:
    """The link that was made; its address is shown here and never again."""
    settings: Settings = current_app.extensions["settings"]
    return render_template(
        "billing/pay_links/link_made.html",
        link=made.link,
        address=settings.public_url + url_for("billing.pay_link", token=made.token),
        sent_to=form.email.data or "",
        back_href=back_href,
        back_label=back_label,
    )
