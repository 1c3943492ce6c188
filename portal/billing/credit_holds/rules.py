"""What becomes of an account when it is put on hold or released. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HoldChange:
    """An account that was put on hold, or released.

    :ivar held: on hold from now on; False for released.
    :ivar reason: why, or the note to the customer, in the words that the customer reads.
    :ivar by: the name of who did it; empty when the company's rule did.
    """

    company_id: int
    company_name: str
    held: bool
    reason: str = ""
    by: str = ""
