"""Money that a parent's payment passed on to its branches, brought back when it is refunded or charged back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import GROUP, RECEIVABLE, UNAPPLIED
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import AppliedPart, applied_parts
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.foundation.actor import SYSTEM
from portal.foundation.clock import utcnow
from portal.foundation.tokens import new_token


def bring_back(session: Session, payment: Payment, amount_minor: int, fact: str = "") -> None:
    """Have a locked payment hold an amount again that it has passed on, as far as the branches' books have it: what no
    invoice of theirs took first, then their invoices, the latest due first, which are open again. One statement where
    nothing was passed on.

    :param fact: names it, so that it can be found again (:func:`portal.billing.settlement.queries.reopened_in_branches`).
    """
    short = amount_minor - payment.unapplied_minor
    children = session.scalars(
        select(Payment).where(Payment.group_payment == payment.id).order_by(Payment.id).with_for_update()
    ).all()
    short -= sum(part.amount_minor for part in applied_parts(session, payment.id)) if children else 0
    held = _held(session, children)
    taken: dict[int, list[Side]] = defaultdict(list)
    for child, side in _sides(session, children):
        # An invoice may have been settled with a discount: no branch gives back more than it was given.
        minor = min(short, side.amount_minor, held[child.id])
        if minor > 0:
            taken[child.id].append(Side(side.account, minor, side.invoice_id, child.id))
            short -= minor
            held[child.id] -= minor
    for child in children:
        if taken[child.id]:
            _post(session, payment, child, taken[child.id], fact or new_token())
    if taken:
        session.refresh(payment, ["unapplied_minor"])


def _held(session: Session, children: Sequence[Payment]) -> dict[int, int]:
    """The money that each branch's payment has of its parent's now. One statement, none without branches."""
    if not children:
        return {}
    rows = session.execute(
        select(LedgerEntry.payment_id, func.sum(LedgerEntry.amount_minor))
        .where(LedgerEntry.account == GROUP, LedgerEntry.payment_id.in_([each.id for each in children]))
        .group_by(LedgerEntry.payment_id)
    )
    return {id: int(minor) for id, minor in rows if id is not None}


def _sides(session: Session, children: Sequence[Payment]) -> list[tuple[Payment, Side]]:
    """All that can be taken, in the order in which it is."""
    free = [(child, Side(UNAPPLIED, child.unapplied_minor)) for child in children if child.unapplied_minor]
    parts: list[tuple[AppliedPart, Payment]] = []
    for child in children:
        parts += [(part, child) for part in applied_parts(session, child.id)]
    ids = [part.invoice_id for part, _ in parts]
    lock_invoices(session, company_id=[child.company_id for child in children], ids=ids)
    parts.sort(key=lambda each: (each[0].due_on, each[0].invoice_id), reverse=True)
    return free + [(child, Side(RECEIVABLE, part.amount_minor, part.invoice_id)) for part, child in parts]


def _post(session: Session, payment: Payment, child: Payment, sides: Sequence[Side], fact: str) -> None:
    total, now = sum(side.amount_minor for side in sides), utcnow()
    key = f"transfer:{fact}:{child.id}:back"
    for company_id, suffix, both in (
        (child.company_id, "from", [*sides, Side(GROUP, -total, payment_id=child.id)]),
        (
            payment.company_id,
            "to",
            [Side(GROUP, total, payment_id=payment.id), Side(UNAPPLIED, -total, payment_id=payment.id)],
        ),
    ):
        post(
            session,
            key=f"{key}:{suffix}",
            kind="transfer",
            company_id=company_id,
            currency=payment.currency,
            occurred_at=now,
            sides=both,
            actor=SYSTEM,
            words=f"Payment {payment.number} taken back from the branch",
        )
