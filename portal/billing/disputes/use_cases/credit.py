"""The credit memo by which a dispute is settled."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit
from portal.billing.credit_memos.use_cases import adjust
from portal.billing.invoices.queries.open_documents import documents_by_id
from portal.billing.models.invoices import Invoice
from portal.billing.reminders.letters import announce
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor


def credit_and_apply(
    session: Session,
    company: Company,
    invoice: Invoice,
    credit_minor: int,
    *,
    key: str,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Invoice:
    """Issue a credit memo over part of what is open on an invoice that the caller holds, and set it against the
    invoice, as far as no payment under way speaks for it.

    :param credit_minor: with tax.
    :raises Rejected: ``amount`` when it is nothing, or more than is open.
    """
    if not 0 < credit_minor <= invoice.open_minor:
        most = format_minor(invoice.open_minor, invoice.currency)
        raise Rejected("amount", f"Enter more than nothing and at most {most}, what is open.", field="amount")
    memo = adjust(
        session,
        actor=actor,
        now=now,
        today=today,
        company=company,
        amount_minor=credit_minor,
        reason=reason,
        token=key,
        invoice_number=invoice.number,
        tell=False,
    )
    free = documents_by_id(session, company.id, [invoice.id])[invoice.id].free_minor
    part = min(free, credit_minor)
    if part > 0:
        apply_credit(
            session,
            actor=actor,
            company_id=company.id,
            source=Source("memo", memo.id),
            parts={invoice.id: part},
            key=key,
            now=now,
        )
    session.refresh(memo, ["open_minor"])
    announce(session, memo)
    return memo
