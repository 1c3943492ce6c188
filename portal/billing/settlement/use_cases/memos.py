"""Credit memos applied to invoices together with a payment, or in place of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.settlement.credit_first import memo_shares
from portal.billing.settlement.split import MemoUse
from portal.billing.settlement.use_cases.locks import lock_documents, lock_invoices
from portal.billing.settlement.use_cases.paid_in_full import record_invoices_paid
from portal.foundation.actor import Actor
from portal.foundation.tokens import new_token


def apply_memos(
    session: Session,
    uses: Sequence[MemoUse],
    documents: Mapping[int, Invoice],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Apply credit memos to invoices in one posting; the documents are locked."""
    if not uses:
        return
    first = documents[uses[0].invoice_id]
    memos = _numbers(documents, (use.memo_id for use in uses))
    invoices = _numbers(documents, (use.invoice_id for use in uses))
    post(
        session,
        key=f"application:{new_token()}",
        kind="application",
        company_id=first.company_id,
        currency=first.currency,
        occurred_at=now,
        sides=[side for use in uses for side in _sides(use)],
        actor=actor,
        words=f"{memos} applied to {invoices}",
    )


def apply_to_refunded(session: Session, memo: Invoice, *, actor: Actor, now: datetime) -> None:
    """Put a new credit memo onto the invoices that it corrects, as far as a refund has opened them again: goods may be paid
    back first and credited later, and nobody owes them meanwhile. One statement where none is open."""
    credited = _opened_by_refunds(session, memo)
    if not credited:
        return
    ids = [memo.id, *credited]
    free = lock_documents(session, company_id=memo.company_id, ids=ids)
    uses, left = [], max(0, -free[memo.id].free_minor)
    for id, amount_minor in credited.items():
        part = min(left, amount_minor, max(0, free[id].free_minor))
        if part:
            uses.append(MemoUse(memo.id, id, part))
            left -= part
    documents = lock_invoices(session, company_id=memo.company_id, ids=ids)
    apply_memos(session, uses, documents, actor=actor, now=now)
    session.refresh(memo, ["open_minor", "settled_at"])


def _opened_by_refunds(session: Session, memo: Invoice) -> dict[int, int]:
    """Open invoices that the memo corrects and of which money was refunded: what it credits of each, above zero."""
    refunded = (
        select(LedgerEntry.invoice_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.invoice_id == Invoice.id,
            LedgerEntry.account == RECEIVABLE,
            LedgerTransaction.kind == "refund",
        )
        .correlate(Invoice)
    )
    credited = -func.sum(InvoiceLine.net_minor + InvoiceLine.tax_minor)
    rows = session.execute(
        select(Invoice.id, credited)
        .join(InvoiceLine, InvoiceLine.corrects_invoice_id == Invoice.id)
        .where(InvoiceLine.invoice_id == memo.id, Invoice.open_minor > 0, refunded.exists())
        .group_by(Invoice.id)
        .having(credited > 0)
        .order_by(Invoice.id)
    )
    return {id: int(amount) for id, amount in rows}


def use_memos(
    session: Session, invoice: Invoice, memos: Sequence[tuple[int, int]], *, actor: Actor, now: datetime
) -> None:
    """Use a company's locked credit memos for a new invoice, the oldest first. Not where a part of it would cost the
    early-payment discount, which is for paying all of it at once.

    :param memos: with what is free of each, above zero.
    """
    if invoice.discount_minor and sum(free for _, free in memos) < invoice.open_minor:
        return
    shares = memo_shares(invoice.open_minor, memos)
    if not shares:
        return
    documents = lock_invoices(session, company_id=invoice.company_id, ids=[invoice.id, *shares])
    uses = [MemoUse(memo_id, invoice.id, part) for memo_id, part in shares.items()]
    apply_memos(session, uses, documents, actor=actor, now=now)
    session.refresh(invoice, ["open_minor", "settled_at"])
    if not invoice.open_minor:
        record_invoices_paid(session, [invoice], by=f"memos:{invoice.number}", actor=actor, now=now)


def _sides(use: MemoUse) -> tuple[Side, Side]:
    return (
        Side(RECEIVABLE, use.amount_minor, invoice_id=use.memo_id),
        Side(RECEIVABLE, -use.amount_minor, invoice_id=use.invoice_id),
    )


def _numbers(documents: Mapping[int, Invoice], ids: Iterable[int]) -> str:
    return ", ".join(sorted({documents[id].number for id in ids}))


def refreshed(session: Session, documents: Collection[Invoice]) -> list[Invoice]:
    """Documents, re-read after a posting. One statement."""
    ids = [each.id for each in documents]
    if not ids:
        return []
    session.flush()
    found = select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.id)
    return list(session.scalars(found.execution_options(populate_existing=True)))
