"""Posting to the ledger: one fact, one balanced transaction, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

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


class Posting(TypedDict):
    """One fact as a transaction: ``key`` names the fact (``pi:<id>:succeeded``), the sum of ``sides`` is zero."""

    key: str
    kind: str
    company_id: int
    currency: str
    occurred_at: datetime
    sides: Sequence[Side]
    actor: Actor
    words: NotRequired[str]


def post(session: Session, **posting: Unpack[Posting]) -> bool:
    """Post one fact. Two statements; the database carries it to open amounts and credit in the second.

    Idempotent by the posting's key; a concurrent posting under the same key waits for the first. Sides of zero are
    left out.

    :returns: whether it was posted now.
    :raises ValueError: when the sides do not balance or name an account that does not exist.
    """
    sides = [side for side in posting["sides"] if side.amount_minor]
    _check(posting["key"], posting["kind"], sides)
    transaction_id = session.scalar(
        upsert(LedgerTransaction)
        .values(_transaction(posting))
        .on_conflict_do_nothing(index_elements=["posting_key"])
        .returning(LedgerTransaction.id)
    )
    if transaction_id is None:
        return False
    if sides:
        rows = _rows(transaction_id, posting["company_id"], posting["currency"], sides)
        # One statement for all sides: the database checks the balance of each statement.
        session.execute(insert(LedgerEntry).values(rows))
    return True


def _check(key: str, kind: str, sides: Sequence[Side]) -> None:
    if sum(side.amount_minor for side in sides) != 0:
        raise ValueError(f"{key} does not balance: {sides}")
    if kind not in KINDS or any(side.account not in ACCOUNTS for side in sides):
        raise ValueError(f"{key} is of no known kind, or on no known account: {kind}, {sides}")


def _transaction(posting: Posting) -> dict[str, object]:
    return {
        "posting_key": posting["key"],
        "kind": posting["kind"],
        "company_id": posting["company_id"],
        "currency": posting["currency"],
        "occurred_at": posting["occurred_at"],
        "actor_user_id": posting["actor"].user_id,
        "actor_name": posting["actor"].name,
        "words": posting.get("words", ""),
    }


def _rows(
    transaction_id: int, company_id: int, currency: str, sides: Sequence[Side]
) -> list[dict[str, object]]:
    return [
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
        for n, side in enumerate(sides, start=1)
    ]
