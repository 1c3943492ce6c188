"""A payment being imported, and the documents that it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from psycopg import Connection

from portal.billing.payment_states import LIVE
from portal.billing.settlement.split import Share, Split, split
from portal.foundation.sql import sql_list

# Locked in the order in which everybody locks documents. What a payment in progress covers is not open to others.
_LOCK = f"""
select i.number, i.id, i.company_id, i.currency,
       i.open_minor - coalesce((select sum(a.amount_minor) from payment_allocation a
                                  join payment_attempt t on t.id = a.attempt_id
                                 where a.invoice_id = i.id and t.state in {sql_list(LIVE)}), 0)::bigint
  from invoice i where i.number = any(%s) order by i.id for update of i
"""


@dataclass
class OpenInvoice:
    """A document and what is still open of it while the batch goes on."""

    id: int
    company_id: int
    currency: str
    left_minor: int


@dataclass(frozen=True)
class ImportedPayment:
    """A payment that was checked: its shares fit what is open."""

    number: str
    company_id: int
    kind: str
    amount_minor: int
    currency: str
    received_on: date
    reference: str
    note: str
    shares: dict[str, Share]  # by the document's number

    def at(self, now: datetime) -> datetime:
        """A moment of that day which is the same day in the zones of its stores, or now on the day itself."""
        return min(datetime.combine(self.received_on, time(16), UTC), now)

    def split(self) -> Split:
        """What becomes of the money: every share is settled in full, as was checked."""
        shares = list(self.shares.values())
        return split(self.amount_minor, shares, {share.invoice_id: share.amount_minor for share in shares})


def lock_invoices(connection: Connection[Any], numbers: Sequence[str]) -> dict[str, OpenInvoice]:
    """Documents by number, locked."""
    rows = connection.execute(_LOCK, [list(numbers)])
    return {number: OpenInvoice(*rest) for number, *rest in rows}
