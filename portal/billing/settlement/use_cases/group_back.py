"""Money that a parent's payment passed on to its branches, brought back when it is refunded or charged back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import GROUP, RECEIVABLE, UNAPPLIED
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import AppliedPart, applied_parts
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.foundation.actor import SYSTEM
from portal.foundation.clock import utcnow
from portal.foundation.tokens import new_token


def bring_back(session: Session, payment: Payment, amount_minor: int) -> None:
    """Have a locked payment hold an amount again that it has passed on, as far as the branches' books have it: what no
    invoice of theirs took first, then their invoices, the latest due first, which are open again. One statement where
    nothing was passed on."""
    short = amount_minor - payment.unapplied_minor
    children = session.scalars(
        select(Payment).where(Payment.group_payment == payment.id).order_by(Payment.id).with_for_update()
    ).all()
    short -= sum(part.amount_minor for part in applied_parts(session, payment.id)) if children else 0
    taken: dict[int, list[Side]] = defaultdict(list)
    for child, side in _sides(session, children):
        minor = min(short, side.amount_minor)
        if minor > 0:
            taken[child.id].append(Side(side.account, minor, side.invoice_id, child.id))
            short -= minor
    for child in children:
        if taken[child.id]:
            _post(session, payment, child, taken[child.id])
    if taken:
        session.refresh(payment, ["unapplied_minor"])


def _sides(session: Session, children: Sequence[Payment]) -> list[tuple[Payment, Side]]:
    """All that can be taken, in the order in which it is."""
    free = [(child, Side(UNAPPLIED, child.unapplied_minor)) for child in children if child.unapplied_minor]
    parts: list[tuple[AppliedPart, Payment]] = []
    for child in children:
        of_child = applied_parts(session, child.id)
        lock_invoices(session, company_id=child.company_id, ids=[part.invoice_id for part in of_child])
        parts += [(part, child) for part in of_child]
    parts.sort(key=lambda each: (each[0].due_on, each[0].invoice_id), reverse=True)
    return free + [(child, Side(RECEIVABLE, part.amount_minor, part.invoice_id)) for part, child in parts]


def _post(session: Session, payment: Payment, child: Payment, sides: Sequence[Side]) -> None:
    total, key, now = sum(side.amount_minor for side in sides), f"transfer:{new_token()}:back", utcnow()
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
