"""A payment that was received, through Stripe or outside of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from portal.billing.chart_of_accounts import STRIPE

OF_THE_POSTING = frozenset({"key", "account"})


@dataclass(frozen=True, slots=True)
class Received:
    """A payment that was received. ``key`` names the fact in the ledger: ``pi:<id>:succeeded``, ``payment:<number>`` …

    :param key: empty for a payment outside Stripe: its own number names it.
    """

    company_id: int
    kind: str  # card, us_bank_account, cheque, transfer, cash
    amount_minor: int
    currency: str
    received_at: datetime
    received_on: date
    key: str = ""
    account: str = STRIPE  # or BANK
    method_words: str = ""
    reference: str = ""
    note: str = ""
    attempt_id: int | None = None
    payment_intent_id: str | None = None
    charge_id: str | None = None
    draft_id: int | None = None
    method_fingerprint: str = ""
    group_payment: int | None = None

    @property
    def row(self) -> dict[str, object]:
        """Its columns in ``payment``."""
        return {name: value for name, value in asdict(self).items() if name not in OF_THE_POSTING}
