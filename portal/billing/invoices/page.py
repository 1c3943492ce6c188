"""One invoice or credit memo, as customers and staff see it, and the touchpoints of looking at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, current_app

from portal.billing.disputes.queries import DisputeRow, disputes_of
from portal.billing.documents.buyer import buyer_lines
from portal.billing.documents.early import early_discount
from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.pdf import pdf
from portal.billing.invoices.document_words import Step, applied_words, sum_rows
from portal.billing.invoices.facts import InvoiceViewed
from portal.billing.invoices.notes import offline_lines
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import Document, document
from portal.billing.invoices.words import document_state, due_words
from portal.billing.models.invoices import Invoice
from portal.billing.promises_to_pay.queries import PromiseRow, promises_of
from portal.foundation.config import Settings
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.answers.downloads import pdf_download
from portal.web.answers.heavy import apart
from portal.web.touch import viewed
from portal.web.transaction import db, today


@dataclass(frozen=True, kw_only=True)
class InvoiceLinks:
    """Where the page of a document leads; None for what its reader may not do.

    :ivar payment: the page of a payment that was applied or is on its way, if there is one.
    """

    invoice_endpoint: str
    payment: Callable[[Any], str | None]
    pdf: str
    order: str | None = None
    pay: str | None = None
    dispute: str | None = None
    promise: str | None = None
    pay_links: str | None = None
    send: str | None = None
    credit: str | None = None
    write_off: str | None = None
    write_off_limit_minor: int = 0
    refunds: tuple[
        tuple[str, str], ...
    ] = ()  # of a credit memo: payments that it can be refunded with, and where


@dataclass(frozen=True, slots=True)
class Action:
    """Something that its reader may do with a document."""

    words: str
    href: str
    icon: str


@dataclass(frozen=True, kw_only=True)
class InvoicePage:
    """What the page of a document shows."""

    doc: Document
    applied: list[Step]
    disputes: list[DisputeRow]
    promises: list[PromiseRow]
    today: date
    links: InvoiceLinks
    head: Letterhead

    @property
    def invoice(self) -> Invoice:
        return self.doc.invoice

    @property
    def state(self) -> tuple[str, str, str | None]:
        """A word, its tone and an icon for the state of the document today."""
        each = self.invoice
        return document_state(each.kind, each.total_minor, each.open_minor, each.due_on, self.today)

    @property
    def due_words(self) -> str:
        return due_words(self.invoice.due_on, self.today)

    @property
    def sums(self) -> list[tuple[str, str]]:
        """What the total is made of."""
        return sum_rows(self.invoice, self.doc.lines)

    @property
    def saved_minor(self) -> int:
        """What paying all that is open today saves."""
        return early_discount(self.invoice, self.doc.payable_minor, self.today)

    @property
    def billed_to(self) -> list[str]:
        """The buyer as on the document, line by line."""
        return buyer_lines(self.doc.buyer)

    @property
    def offline(self) -> list[str]:
        """How to pay it by transfer or cheque."""
        each = self.invoice
        owed = each.kind == "invoice" and each.open_minor > 0
        return offline_lines(each.number, self.head) if owed else []

    @property
    def actions(self) -> list[Action]:
        """What the reader can do besides paying: while something is open, or can still be credited."""
        each, links = self.invoice, self.links
        send = [Action("Send it again", links.send, "mail")] if links.send else []
        if each.kind != "invoice":
            refunds = (Action(f"Refund it from payment {no}", href, "swap") for no, href in links.refunds)
            return [*send, *refunds]
        found = [
            ("Promise to pay by a day", links.promise if each.open_minor else None, "calendar"),
            ("Something is wrong with it", links.dispute if each.creditable_minor else None, "question"),
            ("Have somebody else pay it by a link", links.pay_links if each.open_minor else None, "mail"),
            ("Credit part of it", links.credit if each.creditable_minor else None, "swap"),
            ("Write off what is left", links.write_off if self._can_be_written_off else None, "check"),
        ]
        return [*send, *(Action(words, href, icon) for words, href, icon in found if href)]

    @property
    def _can_be_written_off(self) -> bool:
        """It is a small rest, or was one, which can be owed again."""
        small = 0 < self.invoice.open_minor <= self.links.write_off_limit_minor
        return small or any(each.kind == "write_off" for each in self.doc.applied)

    @property
    def can_be_paid(self) -> bool:
        """Whether the reader can pay it now."""
        return bool(self.links.pay) and self.invoice.kind == "invoice" and self.doc.payable_minor > 0


def invoice_page(invoice: Invoice, links: InvoiceLinks, *, with_method: bool) -> InvoicePage:
    """The page of a document that its reader may see; records that it was viewed.

    :param with_method: whether the reader may know by which card or account was paid.
    """
    doc = document(db(), invoice)
    settings: Settings = current_app.extensions["settings"]
    record_invoice_viewed(invoice, len(doc.lines))
    return InvoicePage(
        doc=doc,
        applied=applied_words(doc.applied, invoice.kind, with_method=with_method),
        disputes=disputes_of(db(), invoice.id),
        promises=promises_of(db(), invoice.id, today=today(), zone=settings.time_zone),
        today=today(),
        links=links,
        head=Letterhead.of(settings),
    )


def record_invoice_viewed(invoice: Invoice, lines: int) -> None:
    """Record that a document was shown, to its company or to staff.

    :param lines: how many lines it has.
    """
    viewed(
        InvoiceViewed(number=invoice.number, lines=lines),
        account_id=invoice.company_id,
        store_id=invoice.store_id,
        value_minor=invoice.total_minor,
        currency=invoice.currency,
        links={"invoice_id": invoice.id, "order_id": invoice.order_id},
    )


def printed(doc: Document) -> Response:
    """A document's PDF. The transaction ends before it is made.

    :raises TooLong: when a PDF of it would take too long.
    """
    invoice = doc.invoice
    data = invoice_data(doc, Letterhead.of(current_app.extensions["settings"]), today())
    with apart():
        content = pdf("invoice", data, moment=invoice.issued_at)
    viewed(
        DocumentDownloaded(document=invoice.kind, format="pdf", number=invoice.number),
        account_id=invoice.company_id,
        links={"invoice_id": invoice.id},
    )
    return pdf_download(content, file_name(invoice.kind.replace("_", "-"), invoice.number))
