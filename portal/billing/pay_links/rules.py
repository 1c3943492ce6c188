"""What is asked for when a pay link is made. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass

from portal.foundation.errors import Rejected

DEFAULT_DAYS = 14
MOST_DAYS = 60
MAILED_DAYS = 45  # of a link that comes with a new invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a pay link asks for now, in minor units.

    :ivar saved_minor: early-payment discounts.
    """

    open_minor: int
    saved_minor: int
    to_pay_minor: int

    @property
    def otherwise_minor(self) -> int:
        """Covered by the company's own credit or by another payment. Visitors are told no more than this sum."""
        return self.open_minor - self.saved_minor - self.to_pay_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """How long a pay link works, and to whom it goes.

    :ivar email: sent there, too, if given.
    :ivar zone: the seller's, for the day until which it works.
    """

    days: int
    email: str = ""
    zone: str = "UTC"

    def check(self) -> None:
        """Check the number of days.

        :raises Rejected: on its field.
        """
        if not 1 <= self.days <= MOST_DAYS:
            raise Rejected("days", f"Choose 1 to {MOST_DAYS} days.", field="days")
