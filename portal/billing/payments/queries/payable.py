"""What can be paid now: chosen documents, and the credit memos that can be used for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payment_states import LIVE, UNPAID
from portal.foundation.errors import NotFound

MOST_MEMOS = 50
# Begun by whoever has a pay link, and not paid: it can be begun again and again, and must not keep the company out.
BY_LINK = (PaymentAttempt.via == "link") & PaymentAttempt.state.in_(UNPAID)


@dataclass(frozen=True, slots=True)
class Payable:
    """Documents as they are now, and what payments under way take of each (below zero of credit memos)."""

    chosen: list[Invoice]
    memos: list[Invoice]
    taken: dict[int, int]

    def left(self, document: Invoice) -> int:
        """What can be paid, or used, of a document."""
        return document.open_minor - self.taken.get(document.id, 0)

    @property
    def documents(self) -> dict[int, Invoice]:
        return {each.id: each for each in (*self.chosen, *self.memos)}


def payable(session: Session, company_id: int, numbers: Collection[str]) -> Payable:
    """The company's chosen invoices, the earliest due first, with its open credit memos. Two statements."""
    found = session.scalars(
        select(Invoice)
        .where(
            Invoice.company_id == company_id,
            or_(Invoice.number.in_(numbers), (Invoice.kind == "credit_memo") & (Invoice.open_minor < 0)),
        )
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    chosen = [each for each in found if each.kind == "invoice" and each.number in numbers]
    memos = [each for each in found if each.kind == "credit_memo" and each.open_minor < 0][:MOST_MEMOS]
    ids = [each.id for each in (*chosen, *memos)]
    return Payable(chosen, memos, taken_minor(session, ids, links_give_way=True))


def refuse_strangers(session: Session, company_id: int, documents: Payable, numbers: Collection[str]) -> None:
    """Check that each number is a document of the company's, so that none is dropped silently. One statement for those
    that are neither chosen nor an open credit memo, none without them.

    :raises NotFound: for any other.
    """
    known = {each.number for each in (*documents.chosen, *documents.memos)}
    others = {each for each in numbers if each not in known}
    if not others:
        return
    query = select(func.count()).where(Invoice.company_id == company_id, Invoice.number.in_(others))
    if session.scalar(query) != len(others):
        raise NotFound


def taken_minor(session: Session, ids: Collection[int], *, links_give_way: bool = False) -> dict[int, int]:
    """What payments under way take of documents, by id (minor units; below zero of credit memos). One statement.

    :param links_give_way: leave out those begun by a pay link and not paid yet: the company itself comes first.
    """
    query = (
        select(PaymentAllocation.invoice_id, func.sum(PaymentAllocation.amount_minor))
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(PaymentAllocation.invoice_id.in_(ids), PaymentAttempt.state.in_(LIVE))
        .group_by(PaymentAllocation.invoice_id)
    )
    rows = session.execute(query.where(~BY_LINK) if links_give_way else query)
    return {invoice_id: int(amount) for invoice_id, amount in rows}


def under_way_for(session: Session, company_id: int, invoice_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Payments under way for any of the documents: token and who began them. One statement."""
    rows = session.execute(
        select(PaymentAttempt.token, PaymentAttempt.actor_name)
        .join(PaymentAllocation, PaymentAllocation.attempt_id == PaymentAttempt.id)
        .where(
            PaymentAttempt.company_id == company_id,
            PaymentAttempt.state.in_(LIVE),
            PaymentAllocation.invoice_id.in_(invoice_ids),
        )
        .distinct()
        .order_by(PaymentAttempt.token)
    )
    return [(row.token, row.actor_name) for row in rows]
