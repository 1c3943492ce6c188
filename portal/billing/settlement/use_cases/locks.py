"""Locks of what money is moved on. Everywhere in this order: attempt, payment, invoices in id order, credit."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.invoices.queries.open_documents import OpenDocument, documents_by_id
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.foundation.errors import NotFound


def lock_payment(session: Session, *, company_id: int | None, payment_id: int) -> Payment:
    """The payment, locked and as it stands now. Without a company it is anybody's: for jobs.

    :raises NotFound: when the company has no such payment.
    """
    mine = [] if company_id is None else [Payment.company_id == company_id]
    found = session.scalars(
        select(Payment)
        .where(Payment.id == payment_id, *mine)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def lock_documents(session: Session, *, company_id: int, ids: Iterable[int]) -> dict[int, OpenDocument]:
    """Invoices and credit memos of the company, locked in id order and as they stand under the lock. Two statements:
    only the second sees what those had done for whom the first one waited.

    :raises NotFound: when one of them is not the company's.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    session.execute(
        select(Invoice.id)
        .where(Invoice.company_id == company_id, Invoice.id.in_(wanted))
        .order_by(Invoice.id)
        .with_for_update()
    ).all()
    found = documents_by_id(session, company_id, wanted)
    if len(found) != len(wanted):
        raise NotFound
    return found
