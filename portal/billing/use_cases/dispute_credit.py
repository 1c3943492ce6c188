"""The credit memo by which a dispute is settled."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy.orm import Session

from portal.billing.models import Invoice
from portal.billing.queries.documents import documents_by_id
from portal.billing.use_cases.applying import Source, apply
from portal.billing.use_cases.issuing import Line, NewDocument, issue
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor, to_major


def credit_and_apply(
    session: Session,
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

    :param credit_minor: with tax; net and tax are in the proportion of the invoice's.
    :raises Rejected: ``amount`` when it is nothing, or more than is open.
    """
    if not 0 < credit_minor <= invoice.open_minor:
        most = format_minor(invoice.open_minor, invoice.currency)
        raise Rejected("amount", f"Enter more than nothing and at most {most}, what is open.", field="amount")
    net, tax = _shares(invoice, credit_minor)
    line = Line(
        f"Credit for {invoice.number}", -1, abs(to_major(net, invoice.currency)), net, tax_minor=tax,
        tax_share=_tax_share(invoice),
    )  # fmt: skip
    memo = issue(
        session,
        NewDocument(
            "credit_memo", invoice.company_id, invoice.currency, key, today, [line], order_id=invoice.order_id,
            order_number=invoice.order_number, corrects_invoice_id=invoice.id, reason=reason,
            store_id=invoice.store_id, po_number=invoice.po_number, job_id=invoice.job_id, job_name=invoice.job_name,
        ),
        actor=actor,
        now=now,
    )  # fmt: skip
    if memo is None:
        raise Rejected("closed", "This was credited already.", outcome="conflict")
    free = documents_by_id(session, invoice.company_id, [invoice.id])[invoice.id].free_minor
    if min(free, credit_minor) > 0:
        parts = {invoice.id: min(free, credit_minor)}
        apply(
            session, actor=actor, company_id=invoice.company_id, source=Source("memo", memo.id), parts=parts,
            key=key, now=now,
        )  # fmt: skip
    return memo


def _shares(invoice: Invoice, credit_minor: int) -> tuple[int, int]:
    exact = Decimal(credit_minor) * invoice.tax_minor / invoice.total_minor
    tax = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return tax - credit_minor, -tax


def _tax_share(invoice: Invoice) -> Decimal:
    if not invoice.net_minor:
        return Decimal(0)
    return (Decimal(invoice.tax_minor) / invoice.net_minor).quantize(Decimal("0.00001"))
