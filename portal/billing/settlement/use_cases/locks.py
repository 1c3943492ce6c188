"""Row locks for moving money. The order is the same everywhere, which prevents deadlocks: attempt, payment, invoices by
id, credit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.billing.invoices.queries.open_documents import OpenDocument, documents_by_id, of_company
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.foundation.errors import NotFound

T = TypeVar("T")


def lock_payment(session: Session, *, company_id: int | None, payment_id: int) -> Payment:
    """The payment, locked and re-read. Jobs pass no company and get any company's payment.

    :raises NotFound: if the company has no such payment.
    """
    own = [] if company_id is None else [Payment.company_id == company_id]
    found = session.scalars(
        select(Payment)
        .where(Payment.id == payment_id, *own)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def lock_invoices(
    session: Session, *, company_id: int | Collection[int], ids: Iterable[int]
) -> dict[int, Invoice]:
    """Invoices and credit memos of the company, or of several, by id, locked in id order and re-read. One statement.

    :raises NotFound: if one of them is not the company's.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = _locked(select(Invoice), company_id, wanted).execution_options(populate_existing=True)
    return _complete({each.id: each for each in session.scalars(query)}, wanted)


def lock_documents(
    session: Session, *, company_id: int | Collection[int], ids: Iterable[int]
) -> dict[int, OpenDocument]:
    """The same with what payments under way are for. Two statements: only the second one sees what was committed while
    the first waited for its locks.

    :raises NotFound: if one of them is not the company's.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    session.execute(_locked(select(Invoice.id), company_id, wanted)).all()
    return _complete(documents_by_id(session, company_id, wanted), wanted)


def _locked(query: Select[T], company_id: int | Collection[int], ids: list[int]) -> Select[T]:
    mine = query.where(of_company(company_id), Invoice.id.in_(ids))
    return mine.order_by(Invoice.id).with_for_update()


def _complete(found: dict[int, T], ids: list[int]) -> dict[int, T]:
    if len(found) != len(ids):
        raise NotFound
    return found
