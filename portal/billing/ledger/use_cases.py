"""Writing into the books: one fact, one balanced transaction, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import ACCOUNTS, KINDS
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a transaction in minor units: debit above zero, credit below."""

    account: str
    amount_minor: int
    invoice_id: int | None = None
    payment_id: int | None = None


def post(
    session: Session,
    *,
    key: str,
    kind: str,
    company_id: int,
    currency: str,
    occurred_at: datetime,
    sides: Sequence[Side],
    actor: Actor,
    words: str = "",
) -> bool:
    """Post one fact. Two statements; the database carries it to open amounts and credit in the second.

    :param key: names the fact (``pi:<id>:succeeded``); what was posted under it before is not posted again, and a
        second posting at the same moment waits for the first.
    :param sides: their sum is zero; sides of zero are left out.
    :returns: whether it was posted now.
    :raises ValueError: when the sides do not balance or name an account that does not exist.
    """
    real = [side for side in sides if side.amount_minor]
    if sum(side.amount_minor for side in real) != 0:
        raise ValueError(f"{key} does not balance: {real}")
    if kind not in KINDS or any(side.account not in ACCOUNTS for side in real):
        raise ValueError(f"{key} is of no known kind, or on no known account: {kind}, {real}")
    transaction_id = session.scalar(
        upsert(LedgerTransaction)
        .values(
            posting_key=key,
            kind=kind,
            company_id=company_id,
            currency=currency,
            occurred_at=occurred_at,
            actor_user_id=actor.user_id,
            actor_name=actor.name,
            words=words,
        )
        .on_conflict_do_nothing(index_elements=["posting_key"])
        .returning(LedgerTransaction.id)
    )
    if transaction_id is None:
        return False
    rows = [
        {
            "transaction_id": transaction_id,
            "line_no": n,
            "company_id": company_id,
            "account": side.account,
            "amount_minor": side.amount_minor,
            "currency": currency,
            "invoice_id": side.invoice_id,
            "payment_id": side.payment_id,
        }
        for n, side in enumerate(real, start=1)
    ]
    if rows:
        # One statement for all sides: the database checks the balance of each statement.
        session.execute(insert(LedgerEntry).values(rows))
    return True
