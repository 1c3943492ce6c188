"""Credit memos that staff issue: a customer is credited an amount for a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit_memos.use_cases.lines import line_over, lines_of_invoice
from portal.billing.invoices.use_cases.issue import NewDocument, issue
from portal.billing.models.invoices import Invoice
from portal.billing.reminders.letters.new_documents import mail_new_document
from portal.billing.settlement.use_cases.memos import apply_to_refunded
from portal.billing.tax.worth import Worth
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected

MAX_REASON = 200
# The same form sent twice concurrently: the second waits and finds what the first has issued.
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a company is credited.

    :ivar amount_minor: with tax, in minor units of the company's currency.
    :ivar reason: the customer reads it.
    :ivar token: random, made with the form: the same form credits once.
    :ivar invoice_number: the invoice that it corrects; empty for none.
    :ivar lines: numbers of the lines of that invoice that it corrects; empty for the whole, in proportion.
    """

    company: Company
    amount_minor: int
    reason: str
    token: str
    invoice_number: str = ""
    lines: tuple[int, ...] = ()


def credit_company(
    session: Session, adjustment: Adjustment, *, actor: Actor, now: datetime, today: date
) -> Invoice:
    """Issue a credit memo over an adjustment and mail it; the same form sent twice credits once. What a refund has opened
    again of the invoice that it corrects is covered by it at once.

    The arguments, and what is raised, are those of :func:`issue_adjustment`.
    """
    memo, is_new = _issue_once(session, adjustment, actor, now, today)
    if is_new:
        apply_to_refunded(session, memo, actor=actor, now=now)
        mail_new_document(session, memo)
    return memo


def issue_adjustment(
    session: Session, adjustment: Adjustment, *, actor: Actor, now: datetime, today: date
) -> Invoice:
    """Issue a credit memo over an adjustment; the caller goes on with it and mails it afterwards.

    Of an invoice its tax is credited with it: that of the chosen lines, or in proportion of the whole; and never more
    than was not credited yet, by whatever way. The memo stays open until somebody uses it for an invoice. The company is
    one that the actor may see; the permission is the caller's to check.

    :param today: the seller's calendar day.
    :raises Rejected: ``amount``, ``reason``, ``invoice``, ``lines`` on their fields.
    """
    return _issue_once(session, adjustment, actor, now, today)[0]


def _issue_once(
    session: Session, adjustment: Adjustment, actor: Actor, now: datetime, today: date
) -> tuple[Invoice, bool]:
    """The credit memo, and whether it was issued now."""
    reason = adjustment.reason.strip()[:MAX_REASON]
    if not reason:
        raise Rejected("reason", "Say what it is for. The customer reads this.", field="reason")
    if adjustment.amount_minor <= 0:
        raise Rejected("amount", "Enter an amount above zero.", field="amount")
    company = adjustment.company
    key = f"adjustment:{company.id}:{adjustment.token}"
    session.execute(_ONE_AT_A_TIME, {"key": key})
    number = adjustment.invoice_number
    corrected = _lock_corrected(session, company.id, number) if number else None
    before = session.scalars(select(Invoice).where(Invoice.issue_key == key)).one_or_none()
    if before is not None:
        return before, False
    lines = (
        lines_of_invoice(session, corrected.id, adjustment.amount_minor, reason, adjustment.lines)
        if corrected
        else [line_over(reason, Worth(adjustment.amount_minor, 0), company.currency)]
    )
    new = NewDocument("credit_memo", company.id, company.currency, key, today, lines, reason=reason)
    memo = issue(session, _correcting(new, corrected), actor=actor, now=now)
    assert memo is not None
    return memo, True


def _correcting(new: NewDocument, corrected: Invoice | None) -> NewDocument:
    """With the references of the invoice that it corrects."""
    if corrected is None:
        return new
    return replace(
        new,
        corrects_invoice_id=corrected.id,
        order_id=corrected.order_id,
        order_number=corrected.order_number,
        store_id=corrected.store_id,
        po_number=corrected.po_number,
        job_id=corrected.job_id,
        job_name=corrected.job_name,
        ordered_by=corrected.ordered_by,
        placed_by_rep=corrected.placed_by_rep,
    )


def _lock_corrected(session: Session, company_id: int, number: str) -> Invoice:
    found = session.scalars(
        select(Invoice)
        .where(Invoice.company_id == company_id, Invoice.number == number, Invoice.kind == "invoice")
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise Rejected("invoice", "This customer has no invoice of that number.", field="invoice")
    return found
