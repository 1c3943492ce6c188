"""Which invoices units that come back were charged on, what they are worth there, and what of it was credited before.
Pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.billing.invoices.charged import Charged, ChargedLine
from portal.billing.tax.worth import NOTHING, Worth
from portal.orders.parts import SoldLine, units_between


@dataclass(frozen=True, slots=True)
class Part:
    """Units of an order's line that come back from one invoice; None for one of which the portal has no lines."""

    order_line_no: int
    units: int
    worth: Worth
    invoice: Charged | None = None
    line: ChargedLine | None = None


def parts_of(
    line: SoldLine, line_no: int, before: int, units: int, invoices: Sequence[Charged], currency: str
) -> Iterator[Part]:
    """The units after the first ``before``, by the invoice that charged them, the oldest first."""
    start, end, charged_upto = before, before + units, 0
    for invoice in invoices:
        for each in invoice.lines:
            if each.order_line_no != line_no:
                continue
            charged_upto += each.quantity
            upto = min(end, charged_upto)
            if upto > start:
                worth = units_between(line, start, upto, currency)
                yield Part(line_no, upto - start, worth, invoice, each)
                start = upto
    if start < end:
        yield Part(line_no, end - start, units_between(line, start, end, currency))


@dataclass(frozen=True, slots=True)
class Excess:
    """What a return would credit beyond what is left of a line of an invoice, or of all of it (``line_no`` None)."""

    invoice: Charged
    line_no: int | None
    worth: Worth


def excesses(parts: Iterable[Part]) -> list[Excess]:
    """What was credited before of what comes back, by invoice and line."""
    by_invoice: dict[int, list[tuple[Charged, Part]]] = {}
    for part in parts:
        if part.invoice is not None:
            by_invoice.setdefault(part.invoice.id, []).append((part.invoice, part))
    found = [each for of_one in by_invoice.values() for each in _excesses(of_one)]
    return [each for each in found if each.worth != NOTHING]


def _excesses(parts: Sequence[tuple[Charged, Part]]) -> Iterator[Excess]:
    invoice = parts[0][0]
    rest = NOTHING
    for _, part in parts:
        beyond = part.worth.less(part.line.left).positive() if part.line else NOTHING
        rest = rest.plus(part.worth).less(beyond)
        yield Excess(invoice, part.line.line_no if part.line else None, beyond)
    yield Excess(invoice, None, rest.less(invoice.left).positive())
