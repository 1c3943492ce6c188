"""Credit memos applied to invoices together with a payment, or in place of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.settlement.credit_first import memo_shares
from portal.billing.settlement.split import MemoUse
from portal.billing.settlement.use_cases.locks import lock_invoices
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
