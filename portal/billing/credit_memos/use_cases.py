"""Giving back what was charged, and using what was paid ahead for an order when its invoice comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.invoices.facts import InvoicePaid
from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment, Refund
from portal.billing.reminders.letters import announce
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor, to_major
from portal.touchpoints.recording import Event, record

MAX_REASON = 200
# The same form sent twice at once: the second waits and finds what the first has issued.
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def lock_money_ahead(session: Session, *, company_id: int, draft_id: int | None) -> list[Payment]:
    """What was paid for an order while it was a draft and no invoice has taken yet; locked. One statement.

    The caller locks it before it issues the invoice: payments are locked before invoices everywhere.
    """
    if draft_id is None:
        return []
    return list(
        session.scalars(
            select(Payment)
            .where(
                Payment.company_id == company_id, Payment.draft_id == draft_id, Payment.unapplied_minor > 0
            )
            .order_by(Payment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def apply_ahead(
    session: Session, invoice: Invoice, payments: Sequence[Payment], *, actor: Actor, now: datetime
) -> int:
    """Pay a new invoice with money that was paid ahead for its order; returns how much of it, in minor units.

    What is on its way back to the payer is left alone. Nothing is asked when nothing was paid ahead.
    """
    if not payments:
        return 0
    leaving = _going_back(session, [payment.id for payment in payments])
    left, parts = invoice.open_minor, []
    for payment in payments:
        free = payment.unapplied_minor - leaving.get(payment.id, 0)
        part = min(left, free) if payment.currency == invoice.currency else 0
        if part > 0:
            parts.append((payment.id, part))
            left -= part
    if not parts:
        return 0
    key = f"application:{invoice.number}:ahead"
    post(
        session,
        key=key,
        kind="application",
        company_id=invoice.company_id,
        currency=invoice.currency,
        occurred_at=now,
        actor=actor,
        words=f"Paid ahead, applied to {invoice.number}",
        sides=[
            side
            for payment_id, part in parts
            for side in (
                Side(UNAPPLIED, part, payment_id=payment_id),
                Side(RECEIVABLE, -part, invoice_id=invoice.id, payment_id=payment_id),
            )
        ],
    )
    session.refresh(invoice, ["open_minor", "settled_at"])
    if not left:
        record(
            session,
            Event(
                InvoicePaid(number=invoice.number),
                actor=actor,
                now=now,
                key=f"invoice_paid:{invoice.number}:{key}",
                account_id=invoice.company_id,
                store_id=invoice.store_id,
                value_minor=invoice.total_minor,
                currency=invoice.currency,
                links={"order_id": invoice.order_id, "invoice_id": invoice.id},
            ),
        )
    return invoice.total_minor - left


def adjust(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    company: Company,
    amount_minor: int,
    reason: str,
    token: str,
    invoice_number: str = "",
    tell: bool = True,
) -> Invoice:
    """Credit a company an amount with tax, for a reason that it reads; the same form sent twice credits once.

    Against an invoice the part of its tax is credited too, and never more than the invoice less what was credited
    for it before. The memo stays open until somebody uses it for an invoice.

    :param company: one that the actor may see; permission is the caller's to check.
    :param token: random, made with the form.
    :param tell: off when the caller goes on with the memo and announces it afterwards.
    :raises Rejected: ``amount``, ``reason``, ``invoice`` on their fields.
    """
    said = reason.strip()[:MAX_REASON]
    if not said:
        raise Rejected("reason", "Say what it is for. The customer reads this.", field="reason")
    if amount_minor <= 0:
        raise Rejected("amount", "Enter an amount above zero.", field="amount")
    key = f"adjustment:{company.id}:{token}"
    session.execute(_ONE_AT_A_TIME, {"key": key})
    corrected = _corrected(session, company.id, invoice_number) if invoice_number else None
    before = session.scalars(select(Invoice).where(Invoice.issue_key == key)).one_or_none()
    if before is not None:
        return before
    tax, share = 0, Decimal(0)
    if corrected is not None:
        tax, share = _tax_part(session, corrected, amount_minor)
    net = amount_minor - tax
    line = Line(
        said, -1, to_major(net, company.currency), -net, tax_share=share, tax_minor=-tax, unit="adjustment"
    )
    memo = issue(
        session,
        NewDocument(
            "credit_memo",
            company.id,
            company.currency,
            key,
            today,
            [line],
            reason=said,
            corrects_invoice_id=corrected.id if corrected else None,
            order_id=corrected.order_id if corrected else None,
            order_number=corrected.order_number if corrected else "",
            store_id=corrected.store_id if corrected else None,
            po_number=corrected.po_number if corrected else "",
            job_id=corrected.job_id if corrected else None,
            job_name=corrected.job_name if corrected else "",
        ),
        actor=actor,
        now=now,
    )
    assert memo is not None
    if tell:
        announce(session, memo)
    return memo


def credited_for(session: Session, invoice_id: int) -> int:
    """What was credited for an invoice so far, in minor units above zero."""
    total = session.scalar(
        select(func.coalesce(func.sum(Invoice.total_minor), 0)).where(
            Invoice.corrects_invoice_id == invoice_id
        )
    )
    return -int(total or 0)


def _going_back(session: Session, payment_ids: list[int]) -> dict[int, int]:
    """Refunds of these payments that are asked for and not in the books yet."""
    rows = session.execute(
        select(Refund.payment_id, func.sum(Refund.amount_minor))
        .where(Refund.payment_id.in_(payment_ids), Refund.state == "created")
        .group_by(Refund.payment_id)
    )
    return {payment_id: int(amount) for payment_id, amount in rows}


def _corrected(session: Session, company_id: int, number: str) -> Invoice:
    found = session.scalars(
        select(Invoice)
        .where(Invoice.company_id == company_id, Invoice.number == number, Invoice.kind == "invoice")
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise Rejected("invoice", "This customer has no invoice of that number.", field="invoice")
    return found


def _tax_part(session: Session, invoice: Invoice, amount_minor: int) -> tuple[int, Decimal]:
    """The tax in a part of an invoice, and its share when the whole invoice has the same one."""
    left = invoice.total_minor - credited_for(session, invoice.id)
    if amount_minor > left:
        shown = format_minor(max(left, 0), invoice.currency)
        raise Rejected("amount", f"At most {shown} of {invoice.number} can be credited.", field="amount")
    if not invoice.tax_minor:
        return 0, Decimal(0)
    tax = (Decimal(invoice.tax_minor) * amount_minor / invoice.total_minor).to_integral_value("ROUND_HALF_UP")
    return int(tax), (Decimal(invoice.tax_minor) / invoice.net_minor).quantize(Decimal("0.00001"))
