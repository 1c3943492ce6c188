"""Postings of imported documents and payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from portal.intake.upsert import copy_into, next_ids

WHO = "Imported"
TRANSACTION_COLUMNS = (
    "id",
    "posting_key",
    "kind",
    "company_id",
    "currency",
    "occurred_at",
    "actor_name",
    "words",
)
ENTRY_COLUMNS = (
    "transaction_id",
    "line_no",
    "company_id",
    "account",
    "amount_minor",
    "currency",
    "invoice_id",
    "payment_id",
)
Side = tuple[str, int, int | None]  # account, amount, invoice


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction of the ledger; ``payment_id`` stands on each of its sides."""

    key: str
    kind: str
    words: str
    company_id: int
    currency: str
    at: datetime
    sides: Sequence[Side]
    payment_id: int | None = None


def post(connection: Connection[Any], postings: Sequence[Posting]) -> None:
    """Write any number of postings with three statements. Sides of nothing are left out."""
    numbered = list(zip(next_ids(connection, "ledger_transaction", len(postings)), postings, strict=True))
    transactions = ((id_, p.key, p.kind, p.company_id, p.currency, p.at, WHO, p.words) for id_, p in numbered)
    copy_into(connection, "ledger_transaction", TRANSACTION_COLUMNS, transactions)
    entries = (
        (id_, line_no, p.company_id, account, amount, p.currency, invoice_id, p.payment_id)
        for id_, p in numbered
        for line_no, (account, amount, invoice_id) in enumerate((side for side in p.sides if side[1]), 1)
    )
    copy_into(connection, "ledger_entry", ENTRY_COLUMNS, entries)
