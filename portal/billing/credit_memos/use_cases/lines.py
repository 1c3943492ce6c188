"""The lines of a credit memo over an amount: each names the invoice that it corrects, and its line where one was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.billing.credit_memos.rules import in_proportion, most_of, of_lines
from portal.billing.invoices.charged import Charged, ChargedLine
from portal.billing.invoices.queries.credited import charged
from portal.billing.invoices.use_cases.issue import Line
from portal.billing.tax.worth import NOTHING, Worth
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor, to_major


def lines_of_invoice(
    session: Session, invoice_id: int, amount_minor: int, words: str, chosen: Sequence[int]
) -> list[Line]:
    """An amount of an invoice that the caller has locked, with tax: of the chosen lines, or of the whole in proportion.

    :raises Rejected: ``amount`` beyond what is left of it; ``lines`` that it has not, or that bear no such amount.
    """
    invoice = charged(session, [invoice_id])[invoice_id]
    if chosen:
        return _chosen(invoice, amount_minor, chosen)
    _check_ceiling(amount_minor, invoice.left.gross, invoice)
    whole = line_over(words, in_proportion(invoice, amount_minor), invoice.currency)
    return [replace(whole, tax_share=invoice.tax_share, corrects_invoice_id=invoice.id)]


def line_over(words: str, worth: Worth, currency: str) -> Line:
    """A line that credits an amount."""
    price = to_major(worth.net, currency)
    return Line(words, -1, price, -worth.net, tax_minor=-worth.tax, unit="adjustment")


def _chosen(invoice: Charged, amount_minor: int, chosen: Sequence[int]) -> list[Line]:
    """What the chosen lines bear of the amount, each at its own rate."""
    lines = [line for line in invoice.lines if line.line_no in chosen]
    if len(lines) != len(set(chosen)):
        raise Rejected("lines", "This invoice has no such line. Choose again.", field="lines")
    _check_ceiling(amount_minor, most_of(invoice, lines), invoice)
    parts = of_lines(invoice, lines, amount_minor)
    _check_lines(invoice, parts)
    return [
        replace(
            line_over(line.name, part, invoice.currency),
            sku=line.sku,
            tax_share=line.tax_share,
            corrects_invoice_id=invoice.id,
            corrects_line_no=line.line_no,
        )
        for line, part in parts
    ]


def _check_ceiling(amount_minor: int, most_minor: int, invoice: Charged) -> None:
    if amount_minor > most_minor:
        shown = format_minor(most_minor, invoice.currency)
        raise Rejected("amount", f"At most {shown} of {invoice.number} can be credited.", field="amount")


def _check_lines(invoice: Charged, parts: Sequence[tuple[ChargedLine, Worth]]) -> None:
    """An earlier credit in proportion may have taken what these lines bear of the tax."""
    together = NOTHING
    for _, part in parts:
        together = together.plus(part)
    if together.at_most(invoice.left) != together or any(
        part.at_most(line.left) != part for line, part in parts
    ):
        words = (
            f"Part of {invoice.number} was credited in proportion before, its tax with it. Choose no line."
        )
        raise Rejected("lines", words, field="lines")
