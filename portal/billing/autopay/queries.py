"""What autopay would pay on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.autopay.rules import Rule, is_wanted, may_try
from portal.billing.invoices.queries.open_documents import OpenDocument, open_documents
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.methods import Autopay
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.billing.payment_states import LIVE
from portal.billing.settlement.queries import charged_back


@dataclass(frozen=True, slots=True)
class Skipped:
    """An invoice that autopay leaves alone, and why: ``charged_back``, ``disputed``, ``promised`` or ``tried``."""

    document: OpenDocument
    reason: str


def rule_of(autopay: Autopay) -> Rule:
    """The mandate's rule."""
    return Rule(autopay.rule, autopay.day, autopay.limit_minor)


def invoices_for_run(
    session: Session, company_id: int, rule: Rule, on: date, *, since: datetime | None = None
) -> tuple[list[OpenDocument], list[Skipped]]:
    """The invoices that a run on that day pays, oldest due first, and those that it skips.

    :param since: when the mandate was agreed to; earlier failures do not count.
    """
    currency = session.scalar(select(Company.currency).where(Company.id == company_id))
    open_ones = [
        each
        for each in open_documents(session, company_id)
        if each.free_minor > 0
        and each.currency == currency
        and is_wanted(rule, each.issued_on, each.due_on, on)
    ]
    reasons = _obstacles(session, [each.id for each in open_ones], on, since)
    chosen = [each for each in open_ones if each.id not in reasons]
    return chosen, [Skipped(each, reasons[each.id]) for each in open_ones if each.id in reasons]


def _obstacles(session: Session, ids: Sequence[int], on: date, since: datetime | None) -> dict[int, str]:
    if not ids:
        return {}
    found = {
        id: "tried"
        for id, (tries, last_on) in _failures(session, ids, since).items()
        if not may_try(tries, last_on, on)
    }
    promised = select(PaymentPromise.invoice_id).where(
        PaymentPromise.invoice_id.in_(ids),
        PaymentPromise.withdrawn_at.is_(None),
        PaymentPromise.promised_on >= on,
    )
    found.update(dict.fromkeys(session.scalars(promised), "promised"))
    disputed = select(InvoiceDispute.invoice_id).where(
        InvoiceDispute.invoice_id.in_(ids), InvoiceDispute.closed_at.is_(None)
    )
    found.update(dict.fromkeys(session.scalars(disputed), "disputed"))
    found.update(dict.fromkeys(charged_back(session, ids), "charged_back"))
    return found


def _failures(
    session: Session, ids: Sequence[int], since: datetime | None
) -> Mapping[int, tuple[int, date | None]]:
    query = (
        select(PaymentAllocation.invoice_id, func.count(), func.max(PaymentAttempt.run_on))
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(
            PaymentAllocation.invoice_id.in_(ids),
            PaymentAttempt.via == "autopay",
            PaymentAttempt.state.not_in((*LIVE, "succeeded")),
        )
        .group_by(PaymentAllocation.invoice_id)
    )
    if since is not None:
        query = query.where(PaymentAttempt.created_at >= since)
    return {id: (tries, last_on) for id, tries, last_on in session.execute(query)}


def due_mandates(session: Session, today: date) -> Sequence[int]:
    """Active mandates of open companies that are not suspended and were not run today."""
    return session.scalars(
        select(Autopay.id)
        .join(Company, Company.id == Autopay.company_id)
        .where(
            Autopay.ended_at.is_(None),
            Autopay.suspended_at.is_(None),
            Company.disabled_at.is_(None),
            or_(Autopay.ran_on.is_(None), Autopay.ran_on < today),
        )
        .order_by(Autopay.id)
    ).all()
