"""The rows that imported payments become: payments, postings, and disputes about what a short payment left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from portal.billing.chart_of_accounts import BANK, DISCOUNTS, RECEIVABLE, UNAPPLIED
from portal.billing.invoices.new_dispute import DISPUTE_COLUMNS, NewDispute
from portal.billing.settlement.split import Split
from portal.exchange.ledger import WHO, Posting, Side, post
from portal.exchange.payments.columns import KINDS
from portal.exchange.payments.payment import ImportedPayment
from portal.intake.upsert import copy_into, next_ids

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
# One open dispute an invoice: the table's own rule.
_ALREADY = "select invoice_id from invoice_dispute where invoice_id = any(%s) and closed_at is null"


def write_payments(connection: Connection[Any], payments: Sequence[ImportedPayment], now: datetime) -> None:
    """Write and post payments: the same number of statements for any number of them."""
    if not payments:
        return
    numbered = list(zip(next_ids(connection, "payment", len(payments)), payments, strict=True))
    copy_into(connection, "payment", PAYMENT_COLUMNS, (_row(id_, p, now) for id_, p in numbered))
    post(connection, [posting for id_, p in numbered for posting in _postings(id_, p, now)])
    _open_disputes(connection, payments, now)


def _row(id_: int, p: ImportedPayment, now: datetime) -> tuple[Any, ...]:
    money = (p.amount_minor, p.currency, p.received_on, p.at(now))
    words = f"{KINDS[p.kind]} {p.reference}".strip()
    return id_, p.number, p.company_id, p.kind, *money, words, p.reference, p.note, WHO


def _postings(id_: int, p: ImportedPayment, now: datetime) -> Iterator[Posting]:
    """What a payment does: credit memos that help to pay are applied, then the money is."""
    parts = p.split()
    if parts.memos:
        yield _applied_memos(p, parts, now)
    sides: list[Side] = [(BANK, p.amount_minor, None)]
    sides += [(RECEIVABLE, -amount, invoice_id) for invoice_id, amount in parts.paid.items()]
    for invoice_id, amount in parts.discounts.items():
        sides += [(DISCOUNTS, amount, invoice_id), (RECEIVABLE, -amount, invoice_id)]
    sides.append((UNAPPLIED, -parts.unapplied_minor, None))
    key, words = f"payment:{p.number}", f"Payment {p.number}"
    yield Posting(key, "payment", words, p.company_id, p.currency, p.at(now), sides, id_)


def _applied_memos(p: ImportedPayment, parts: Split, now: datetime) -> Posting:
    names = {share.invoice_id: name for name, share in p.shares.items()}
    memos = ", ".join(sorted({names[use.memo_id] for use in parts.memos}))
    to = ", ".join(sorted({names[use.invoice_id] for use in parts.memos}))
    sides: list[Side] = []
    for use in parts.memos:
        sides += [
            (RECEIVABLE, use.amount_minor, use.memo_id),
            (RECEIVABLE, -use.amount_minor, use.invoice_id),
        ]
    key, words = f"application:{p.number}:memos", f"{memos} applied to {to}"
    return Posting(key, "application", words, p.company_id, p.currency, p.at(now), sides)


def _open_disputes(connection: Connection[Any], payments: Sequence[ImportedPayment], now: datetime) -> None:
    """A short payment with a reason opens a dispute about the rest; the last one of an invoice gives the reason."""
    short = {
        share.invoice_id: (payment, share)
        for payment in payments
        for share in payment.shares.values()
        if share.short_reason
    }
    if not short:
        return
    rows = []
    for id_, open_minor in _undisputed(connection, list(short)):
        p, share = short[id_]
        reason = (share.short_reason, share.short_note)
        new = NewDispute(id_, p.company_id, open_minor, p.currency, *reason, WHO, p.at(now)).row()
        rows.append([new[column] for column in DISPUTE_COLUMNS])
    copy_into(connection, "invoice_dispute", DISPUTE_COLUMNS, rows)


def _undisputed(connection: Connection[Any], ids: list[int]) -> Iterator[tuple[int, int]]:
    """Invoices of which something is open and not disputed yet."""
    already = {id_ for (id_,) in connection.execute(_ALREADY, [ids])}
    left = connection.execute("select id, open_minor from invoice where id = any(%s) order by id", [ids])
    for id_, open_minor in left.fetchall():
        if open_minor > 0 and id_ not in already:
            yield id_, open_minor
