"""The rows that imported payments become: payments, postings, and disputes about what a short payment left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from psycopg import Connection

from portal.billing.chart_of_accounts import BANK, DISCOUNTS, RECEIVABLE, UNAPPLIED
from portal.billing.invoices.new_dispute import DISPUTE_COLUMNS, NewDispute
from portal.billing.payment_states import LIVE
from portal.billing.settlement.split import Share, Split, split
from portal.foundation.sql import sql_list
from portal.importing.orders.documents import WHO, next_ids
from portal.importing.payments.columns import KINDS
from portal.importing.upsert import copy_into

PAYMENT_COLUMNS = (
    "id",
    "number",
    "company_id",
    "kind",
    "amount_minor",
    "currency",
    "received_on",
    "received_at",
    "method_words",
    "reference",
    "note",
    "actor_name",
)
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
# Locked in the order in which everybody locks documents. What a payment under way speaks for is not open to others.
_LOCK = f"""
select i.number, i.id, i.company_id, i.currency,
       i.open_minor - coalesce((select sum(a.amount_minor) from payment_allocation a
                                  join payment_attempt t on t.id = a.attempt_id
                                 where a.invoice_id = i.id and t.state in {sql_list(LIVE)}), 0)::bigint
  from invoice i where i.number = any(%s) order by i.id for update of i
"""
# One open dispute an invoice: the table's own rule.
_ALREADY = "select invoice_id from invoice_dispute where invoice_id = any(%s) and closed_at is null"

Side = tuple[str, int, int | None]  # account, amount, invoice


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


@dataclass(frozen=True)
class _Posting:
    """One transaction of the ledger; ``payment_id`` stands on each of its sides."""

    key: str
    kind: str
    words: str
    payment: ImportedPayment
    payment_id: int | None
    sides: list[Side]


def lock_invoices(connection: Connection[Any], numbers: Sequence[str]) -> dict[str, OpenInvoice]:
    """Documents by number, locked."""
    rows = connection.execute(_LOCK, [list(numbers)])
    return {number: OpenInvoice(*rest) for number, *rest in rows}


def write_payments(connection: Connection[Any], payments: Sequence[ImportedPayment], now: datetime) -> None:
    """Write and post payments: the same number of statements for any number of them."""
    if not payments:
        return
    numbered = list(zip(next_ids(connection, "payment", len(payments)), payments, strict=True))
    copy_into(
        connection,
        "payment",
        PAYMENT_COLUMNS,
        (
            (
                id_,
                p.number,
                p.company_id,
                p.kind,
                p.amount_minor,
                p.currency,
                p.received_on,
                p.at(now),
                f"{KINDS[p.kind]} {p.reference}".strip(),
                p.reference,
                p.note,
                WHO,
            )
            for id_, p in numbered
        ),
    )
    postings = [posting for id_, payment in numbered for posting in _postings(id_, payment)]
    transactions = list(zip(next_ids(connection, "ledger_transaction", len(postings)), postings, strict=True))
    copy_into(
        connection,
        "ledger_transaction",
        TRANSACTION_COLUMNS,
        (
            (i, t.key, t.kind, t.payment.company_id, t.payment.currency, t.payment.at(now), WHO, t.words)
            for i, t in transactions
        ),
    )
    copy_into(
        connection,
        "ledger_entry",
        ENTRY_COLUMNS,
        (
            (i, n, t.payment.company_id, account, amount, t.payment.currency, invoice_id, t.payment_id)
            for i, t in transactions
            for n, (account, amount, invoice_id) in enumerate((side for side in t.sides if side[1]), start=1)
        ),
    )
    _contest(connection, payments, now)


def _postings(id_: int, p: ImportedPayment) -> Iterator[_Posting]:
    """What a payment does: credit memos that help to pay are applied, then the money is."""
    parts = p.split()
    if parts.memos:
        names = {share.invoice_id: name for name, share in p.shares.items()}
        memos = ", ".join(sorted({names[use.memo_id] for use in parts.memos}))
        to = ", ".join(sorted({names[use.invoice_id] for use in parts.memos}))
        used: list[Side] = []
        for use in parts.memos:
            used += [
                (RECEIVABLE, use.amount_minor, use.memo_id),
                (RECEIVABLE, -use.amount_minor, use.invoice_id),
            ]
        yield _Posting(
            f"application:{p.number}:memos", "application", f"{memos} applied to {to}", p, None, used
        )
    sides: list[Side] = [(BANK, p.amount_minor, None)]
    sides += [(RECEIVABLE, -amount, invoice_id) for invoice_id, amount in parts.paid.items()]
    for invoice_id, amount in parts.discounts.items():
        sides += [(DISCOUNTS, amount, invoice_id), (RECEIVABLE, -amount, invoice_id)]
    sides.append((UNAPPLIED, -parts.unapplied_minor, None))
    yield _Posting(f"payment:{p.number}", "payment", f"Payment {p.number}", p, id_, sides)


def _contest(connection: Connection[Any], payments: Sequence[ImportedPayment], now: datetime) -> None:
    """A short payment with a reason opens a dispute about the rest; the last one of an invoice tells the reason."""
    short = {
        share.invoice_id: (payment, share)
        for payment in payments
        for share in payment.shares.values()
        if share.short_reason
    }
    if not short:
        return
    ids = list(short)
    already = {i for (i,) in connection.execute(_ALREADY, [ids])}
    left = connection.execute(
        "select id, open_minor from invoice where id = any(%s) order by id", [ids]
    ).fetchall()
    new = [
        NewDispute(
            i, p.company_id, open_minor, p.currency, share.short_reason, share.short_note, WHO, p.at(now)
        )
        for i, open_minor in left
        for p, share in [short[i]]
        if open_minor > 0 and i not in already
    ]
    rows = (each.row() for each in new)
    copy_into(
        connection,
        "invoice_dispute",
        DISPUTE_COLUMNS,
        ([row[column] for column in DISPUTE_COLUMNS] for row in rows),
    )
