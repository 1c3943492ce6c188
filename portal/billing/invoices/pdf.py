"""An invoice or a credit memo as words for its PDF. Amounts are formatted by the function that pages use. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from portal.billing.documents.buyer import buyer_lines
from portal.billing.documents.early import early_discount
from portal.billing.documents.letterhead import Letterhead, Note, Party, Sheet, address_lines, present
from portal.billing.invoices.document_words import is_exact, taxes
from portal.billing.invoices.notes import credit_note, exemption_note, payment_note, reason_note
from portal.billing.invoices.queries.documents import Document, DocumentLine
from portal.billing.models.invoices import Invoice
from portal.billing.tax.rules import percent, tax_words
from portal.foundation.money import format_minor, format_unit_price
from portal.foundation.wording import date_words, quantity_words


class InvoiceSheet(Sheet):
    """What templates/pdf/invoice.typ prints."""

    parties: list[Party]
    facts: list[tuple[str, str]]
    hero: list[str]
    discount: str
    has_tax: bool
    lines: list[dict[str, str]]
    sums: list[tuple[str, str]]
    totals: list[tuple[str, str]]
    notes: list[Note]


def invoice_data(document: Document, head: Letterhead, today: date) -> InvoiceSheet:
    """What ``templates/pdf/invoice.typ`` prints; ``today`` is the day of the open amount."""
    invoice, lines = document.invoice, document.lines
    memo = invoice.kind == "credit_memo"
    has_tax = invoice.tax_minor != 0 or any(line.tax_minor for line in lines)
    return {
        **head.sheet("Credit memo" if memo else "Invoice", invoice.number, invoice.currency),
        "parties": _parties(document),
        "facts": _facts(document),
        "hero": _hero(invoice, today),
        "discount": discount_words(document, today),
        "has_tax": has_tax,
        "lines": [_line(line, invoice.currency) for line in lines],
        "sums": _sums(invoice, lines),
        "totals": _totals(invoice, today),
        "notes": _notes(document, head),
    }


def discount_words(document: Document, today: date) -> str:
    """``2 % = $25.77 less if all of it is paid by 12 Jun 2026: then $1,262.67 settles it.`` Nothing where it does not."""
    invoice, left = document.invoice, document.payable_minor
    saved_minor = early_discount(invoice, left, today)
    if not saved_minor or not invoice.discount_until:
        return ""
    share = invoice.terms_words.partition("/")[0]
    begin = f"{share} % = " if share.replace(".", "", 1).isdigit() else ""
    saved = format_minor(saved_minor, invoice.currency)
    rest = format_minor(left - saved_minor, invoice.currency)
    return f"{begin}{saved} less if all of it is paid by {date_words(invoice.discount_until)}: then {rest} settles it."


def _parties(document: Document) -> list[Party]:
    invoice = document.invoice
    found: list[Party] = [{"label": "Sold to", "lines": buyer_lines(document.buyer)}]
    place = address_lines(invoice.ship_to or {})
    if place and invoice.ship_to:
        label = "Picked up at" if invoice.was_picked_up else "Delivered to"
        found.append({"label": label, "lines": place})
    return found


def _facts(document: Document) -> list[tuple[str, str]]:
    invoice = document.invoice
    memo = invoice.kind == "credit_memo"
    return present(
        [
            ("Date", date_words(invoice.issued_on)),
            ("Due", "" if memo else date_words(invoice.due_on)),
            ("Terms", invoice.terms_words),
            ("Corrects", ", ".join(document.corrects)),
            ("Order", invoice.order_number),
            ("PO number", invoice.po_number),
            ("Job", invoice.job_name),
            ("Ordered by", invoice.ordered_words),
            ("Store", document.store_name or ""),
        ]
    )


def _hero(invoice: Invoice, today: date) -> list[str]:
    left = format_minor(invoice.open_minor, invoice.currency)
    if invoice.kind == "credit_memo":
        return [f"Credit left on {date_words(today)}", left]
    if not invoice.open_minor:
        return [
            f"Open on {date_words(today)}",
            left,
            "Nothing to pay" if not invoice.total_minor else "Paid, thank you",
        ]
    return [f"Open on {date_words(today)}", left, f"Due {date_words(invoice.due_on)}"]


def _line(line: DocumentLine, currency: str) -> dict[str, str]:
    return {
        "name": line.name,
        "sku": line.sku,
        "colour": line.colour,
        "quantity": quantity_words(line.quantity, line.unit),
        "price": format_unit_price(line.unit_price, currency),
        "tax": format_minor(line.tax_minor, currency),
        "rate": percent(line.tax_share) if is_exact(line, currency) else "",
        "net": format_minor(line.net_minor, currency),
    }


def _sums(invoice: Invoice, lines: Sequence[DocumentLine]) -> list[tuple[str, str]]:
    """The net amount, and the tax by its rate: sums of the lines' own amounts, without rounding again."""
    currency = invoice.currency
    rows = [("Net amount", format_minor(invoice.net_minor, currency))]
    for share, basis, tax in taxes(lines, currency):
        rows.append((tax_words("", share) + basis, format_minor(tax, currency)))
    if len(rows) == 1:
        rows.append(("Sales tax", format_minor(invoice.tax_minor, currency)))
    return rows


def _totals(invoice: Invoice, today: date) -> list[tuple[str, str]]:
    currency = invoice.currency
    rows = [("Total", format_minor(invoice.total_minor, currency))]
    settled = invoice.open_minor - invoice.total_minor
    if settled:
        words = "Used so far" if invoice.kind == "credit_memo" else "Paid and credited"
        rows.append((words, format_minor(settled, currency)))
        rows.append((f"Open on {date_words(today)}", format_minor(invoice.open_minor, currency)))
    return rows


def _notes(document: Document, head: Letterhead) -> list[Note]:
    """The reasons for what it says, and what to do with it while something is open."""
    invoice = document.invoice
    notes = [exemption_note(invoice.exemption)] if invoice.exemption else []
    if invoice.reason:
        notes.append(reason_note(invoice.reason))
    if invoice.open_minor:
        what_to_do = credit_note if invoice.kind == "credit_memo" else payment_note
        notes.append(what_to_do(invoice.number, head))
    return notes
