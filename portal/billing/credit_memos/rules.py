"""How much of an invoice can still be credited, and the net amount and tax in a part of it. Pure rules.

Tax of parts is counted up from the first, like units of a line: so far and this part together are what that much of the
invoice bears. Nothing is credited twice or lost by rounding, and the last part takes the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from portal.billing.invoices.charged import Charged, ChargedLine
from portal.billing.tax.worth import NOTHING, Worth
from portal.foundation.money import proportion


def in_proportion(invoice: Charged, amount_minor: int) -> Worth:
    """A part of what was credited of no line yet, in the proportion of its net amount and tax.

    :param amount_minor: with tax, at most what is left of the invoice.
    """
    whole = invoice.worth.less(invoice.by_line)
    return _part(amount_minor, whole, invoice.in_proportion, invoice.left)


def most_of(invoice: Charged, lines: Sequence[ChargedLine]) -> int:
    """How much of these lines can still be credited, with tax."""
    together = NOTHING
    for line in lines:
        together = together.plus(line.left)
    return together.at_most(invoice.left).gross


def of_lines(
    invoice: Charged, lines: Sequence[ChargedLine], amount_minor: int
) -> list[tuple[ChargedLine, Worth]]:
    """An amount of these lines: each bears its part of what is left of all of them.

    :param amount_minor: with tax, at most :func:`most_of`.
    """
    all_left, left = sum(line.left.gross for line in lines), invoice.left
    found, done, before = [], 0, 0
    for line in lines:
        done += line.left.gross
        upto = proportion(amount_minor, done, all_left) if all_left else 0
        part = _part(upto - before, line.worth, line.credited, line.left.at_most(left))
        found.append((line, part))
        left, before = left.less(part), upto
    return [(line, part) for line, part in found if part.gross]


def _part(amount_minor: int, whole: Worth, credited: Worth, left: Worth) -> Worth:
    upto = credited.gross + amount_minor
    tax = proportion(whole.tax, upto, whole.gross) - credited.tax if whole.gross else 0
    tax = max(amount_minor - left.net, min(tax, left.tax, amount_minor), 0)
    return Worth(amount_minor - tax, tax)
