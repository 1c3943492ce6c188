"""Sales tax of a line. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import accumulate, pairwise

from portal.foundation.money import exponent, format_minor, round_to_minor, to_major
from portal.places.regions import any_region


@dataclass(frozen=True, slots=True)
class Taxed:
    """What a region takes of a net amount on a day: ``share`` 0.08 is 8 %; with a valid certificate zero.

    ``exemption`` is a copy of the certificate: region, reason, certificate_number, valid_from, valid_to (ISO days);
    ``waiting`` the number of one that would exempt if it were accepted.
    """

    share: Decimal = Decimal(0)
    region: str = ""
    exemption: dict[str, str] | None = None
    waiting: str = ""
    by_document: bool = False  # rounded once, see PORTAL_TAX_ROUNDING

    def words(self, net_minor: int, tax: int, currency: str) -> str:
        """For people: "Sales tax NY 8.875 %", beside these amounts of an order."""
        return order_tax_words(self.region, self.share, net_minor, tax, currency)


NO_TAX = Taxed()


def tax_minor(net_minor: int, share: Decimal, currency: str) -> int:
    """Tax on a line's net amount, both in minor units: rounded half up once per line, away from zero below it."""
    return round_to_minor(to_major(net_minor, currency) * share, currency)


def tax_up(net_minor: int, share: Decimal, currency: str) -> int:
    """The same, rounded up: what it is at most, wherever it is rounded."""
    return int(
        (to_major(net_minor, currency) * share).scaleb(exponent(currency)).to_integral_value(ROUND_CEILING)
    )


def taxes_of(nets: Sequence[int], share: Decimal, currency: str, *, by_document: bool) -> list[int]:
    """Tax on each of an order's lines at one rate, in minor units.

    :param by_document: rounded once, on the sum of their net amounts. Each line has what the tax of the lines up to it is
        more than that of the lines before it: less than a minor unit off its own, and together exactly the sum's.
    """
    if not by_document:
        return [tax_minor(net, share, currency) for net in nets]
    up_to = [tax_minor(total, share, currency) for total in accumulate(nets, initial=0)]
    return [after - before for before, after in pairwise(up_to)]


def region_key(region: str) -> str:
    """What rates and certificates go by: the code of a state or province however it is written, else the region in upper
    case."""
    return any_region(region).upper()


def percent(share: Decimal) -> str:
    """``8.875 %``."""
    return f"{(share * 100).normalize():f} %"


def tax_words(region: str, share: Decimal) -> str:
    """``Sales tax NY 8.875 %``; without a share only what it is."""
    return " ".join(["Sales tax", *([region] if region else []), *([percent(share)] if share else [])])


def order_tax_words(region: str, share: Decimal, net_minor: int, tax: int, currency: str) -> str:
    """:func:`tax_words` beside an order's net amount and tax, which say why their product is another one: ``Sales tax NY
    8.875 %, rounded on each line``."""
    words = tax_words(region, share)
    comes_out = not share or tax_minor(net_minor, share, currency) == tax
    return words if comes_out else f"{words}, rounded on each line"


def basis_words(
    net_minor: int, share: Decimal, tax: int, currency: str, *, in_part: bool, by_line: bool
) -> str:
    """What follows the name of a tax on a document: the amount that it is on, or why that times the rate is another one.

    :param tax: as charged, in minor units like the net amount.
    :param in_part: it is part of the tax of a line or an invoice.
    :param by_line: each line's tax is the rate of its net amount.
    """
    if share and tax_minor(net_minor, share, currency) == tax:
        return f" on {format_minor(net_minor, currency)}"
    if in_part:
        return ", in proportion"
    if not share:
        return ""
    return ", rounded on each line" if by_line else ", rounded on the whole order"
