"""Sales tax of a line. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.foundation.money import format_minor, round_to_minor, to_major
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

    @property
    def words(self) -> str:
        """For people: "Sales tax NY 8.875 %"."""
        return tax_words(self.region, self.share)


NO_TAX = Taxed()


def tax_minor(net_minor: int, share: Decimal, currency: str) -> int:
    """Tax on a line's net amount, both in minor units: rounded half up once per line, away from zero below it."""
    return round_to_minor(to_major(net_minor, currency) * share, currency)


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


def basis_words(net_minor: int, share: Decimal, tax: int, currency: str, *, in_part: bool) -> str:
    """What follows the name of a tax on a document: the amount that it is on, or why that times the rate is another one.

    :param tax: as charged, in minor units like the net amount.
    :param in_part: it is part of the tax of a line or an invoice.
    """
    if share and tax_minor(net_minor, share, currency) == tax:
        return f" on {format_minor(net_minor, currency)}"
    if in_part:
        return ", in proportion"
    return ", rounded on each line" if share else ""
