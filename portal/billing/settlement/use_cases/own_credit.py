"""A company's own credit, used before anything is charged: money on account and credit memos."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.settlement.credit_first import Use, Wanted, cash_uses
from portal.billing.settlement.facts import record_own_credit_used
from portal.billing.settlement.use_cases.locks import lock_documents
from portal.billing.settlement.use_cases.paid_in_full import record_paid_in_full
from portal.foundation.actor import Actor
from portal.foundation.tokens import new_token


@dataclass(frozen=True, slots=True)
class OwnCredit:
    """A company's credit in one currency, the oldest first; amounts in minor units, above zero."""

    cash: list[tuple[int, int]] = field(default_factory=list)  # payments, with what is free of each
    memos: list[tuple[int, int]] = field(default_factory=list)  # credit memos, likewise

    @property
    def cash_minor(self) -> int:
        return sum(free for _, free in self.cash)

    @property
    def memo_minor(self) -> int:
        return sum(free for _, free in self.memos)

    @property
    def total_minor(self) -> int:
        return self.cash_minor + self.memo_minor


NONE = OwnCredit()


def uses_credit(session: Session, company_id: int) -> bool:
    """Whether the company's credit is used before anything is charged; it is where nothing else was said."""
    terms = session.get(PaymentTerms, company_id)
    return terms is None or terms.use_credit


def own_credit(
    session: Session, company_id: int, currency: str, *, beside: Collection[int] | None = None
) -> OwnCredit:
    """What a company can use now: money on account that was paid ahead for no order, and credit memos, less what is on
    its way back and what payments under way use. Three statements; two more where there are memos to be locked.

    :param beside: hold the payments, and then the memos together with these invoices by their ids, until the transaction
        ends. None holds nothing.
    """
    lock = beside is not None
    query = (
        select(Payment.id, Payment.unapplied_minor)
        .where(
            Payment.company_id == company_id,
            Payment.currency == currency,
            Payment.draft_id.is_(None),
            Payment.return_asked_at.is_(None),  # it is wanted back
            Payment.unapplied_minor > 0,
        )
        .order_by(Payment.id)
    )
    found = session.execute(query.with_for_update() if lock else query).all()
    back = _going_back(session, [row.id for row in found])
    cash = [(row.id, row.unapplied_minor - back.get(row.id, 0)) for row in found]
    memos = [
        each
        for each in open_documents(session, company_id, kind="credit_memo")
        if each.currency == currency and each.free_minor < 0
    ]
    if beside is not None and memos:
        locked = lock_documents(session, company_id=company_id, ids=[*beside, *(each.id for each in memos)])
        memos = [locked[each.id] for each in memos if locked[each.id].free_minor < 0]
    memos.sort(key=_age)
    return OwnCredit([each for each in cash if each[1] > 0], [(each.id, -each.free_minor) for each in memos])


def lock_memos(session: Session, company_id: int, currency: str) -> list[tuple[int, int]]:
    """A company's credit memos with what is free of each, above zero, the oldest first; locked. None where the company
    wants to use them by hand. One statement where there are none."""
    found = open_documents(session, company_id, kind="credit_memo")
    ids = [each.id for each in found if each.currency == currency and each.free_minor < 0]
    if not ids or not uses_credit(session, company_id):
        return []
    locked = lock_documents(session, company_id=company_id, ids=ids).values()
    return [(each.id, -each.free_minor) for each in sorted(locked, key=_age) if each.free_minor < 0]


def _age(memo: OpenDocument) -> tuple[object, int]:
    return memo.issued_on, memo.id


def _going_back(session: Session, payment_ids: Sequence[int]) -> dict[int, int]:
    if not payment_ids:
        return {}
    rows = session.execute(
        select(Refund.payment_id, func.sum(Refund.amount_minor))
        .where(Refund.payment_id.in_(payment_ids), Refund.state == "created")
        .group_by(Refund.payment_id)
    )
    return {payment_id: int(minor) for payment_id, minor in rows}


def put_cash(
    session: Session,
    company_id: int,
    currency: str,
    wanted: Sequence[Wanted],
    credit: OwnCredit,
    *,
    actor: Actor,
    now: datetime,
) -> list[Use]:
    """Put a company's locked money on account onto locked invoices, in one posting. What was put where is returned."""
    uses = cash_uses(wanted, credit.cash)
    if not uses:
        return []
    key = f"application:{new_token()}"
    sides: list[Side] = []
    for use in uses:
        sides.append(Side(UNAPPLIED, use.amount_minor, payment_id=use.source_id))
        sides.append(Side(RECEIVABLE, -use.amount_minor, invoice_id=use.invoice_id, payment_id=use.source_id))
    post(
        session,
        key=key,
        kind="application",
        company_id=company_id,
        currency=currency,
        occurred_at=now,
        sides=sides,
        actor=actor,
        words="Money on account, used first",
    )
    total = sum(use.amount_minor for use in uses)
    record_own_credit_used(session, company_id, currency, total, key=key, actor=actor, now=now)
    record_paid_in_full(session, {use.invoice_id for use in uses}, posting_key=key, actor=actor, now=now)
    return uses
