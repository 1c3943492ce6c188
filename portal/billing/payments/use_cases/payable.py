"""What may be paid of which document, judged under the documents' locks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payment_states import LIVE
from portal.billing.settlement.split import Share, due_now
from portal.billing.settlement.use_cases.settle import lock_documents
from portal.billing.stripe.amounts import to_stripe
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor

# Why less than the open amount is paid. "later" contests nothing; every other reason opens a dispute.
SHORT_REASONS = {
    "price": "The price is not what was agreed",
    "quantity": "Something is missing",
    "damaged": "Something was damaged",
    "not_received": "It did not arrive",
    "tax": "The tax is wrong",
    "other": "Something else",
    "later": "We pay the rest later (no dispute)",
}
METHODS = {"card": "Card", "us_bank_account": "Bank debit"}
MOST_DOCUMENTS = 100  # as many lines as a Checkout page takes


@dataclass(frozen=True, slots=True)
class Want:
    """So much of a document: above zero of an invoice, below zero of a credit memo (minor units)."""

    invoice_id: int
    amount_minor: int
    short_reason: str = ""
    short_note: str = ""


def spoken_for(session: Session, ids: Collection[int]) -> dict[int, int]:
    """What payments under way speak for, by document (minor units; below zero of credit memos)."""
    rows = session.execute(
        select(PaymentAllocation.invoice_id, func.sum(PaymentAllocation.amount_minor))
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(PaymentAllocation.invoice_id.in_(ids), PaymentAttempt.state.in_(LIVE))
        .group_by(PaymentAllocation.invoice_id)
    )
    return {invoice_id: int(amount) for invoice_id, amount in rows}


def judge(
    documents: Mapping[int, Invoice],
    taken: Mapping[int, int],
    wants: Sequence[Want],
    today: date,
    *,
    must_explain: bool,
) -> tuple[list[Share], list[Rejected]]:
    """What can be had of the wants, and what stands against the others. Credit memos are used as far as there is
    something to use them for."""
    shares: list[Share] = []
    refusals: list[Rejected] = []
    for want in sorted(wants, key=lambda each: documents[each.invoice_id].kind != "invoice"):
        document = documents[want.invoice_id]
        left = document.open_minor - taken.get(document.id, 0)
        try:
            if document.kind == "credit_memo":
                share = _memo(document, want, left, bool(taken.get(document.id)), due_now(shares))
            else:
                share = _share(document, want, left, bool(taken.get(document.id)), today, must_explain)
        except Rejected as no:
            refusals.append(no)
            continue
        if share.amount_minor:
            shares.append(share)
    return shares, refusals


def shares_for(
    session: Session,
    company_id: int,
    currency: str,
    wants: Sequence[Want],
    today: date,
    *,
    must_explain: bool,
) -> list[Share]:
    """The shares of an attempt; its documents are locked from here on.

    :raises Rejected: the first refusal.
    :raises NotFound: when a document is not this company's.
    """
    ids = [want.invoice_id for want in wants]
    if len(set(ids)) != len(ids) or len(ids) > MOST_DOCUMENTS:
        raise Rejected("too_many", f"Choose each document once, and at most {MOST_DOCUMENTS} at a time.")
    documents = lock_documents(session, company_id, ids)
    if len(documents) != len(ids):
        raise NotFound
    other = next((each for each in documents.values() if each.currency != currency), None)
    if other is not None:
        raise Rejected("currency", f"{other.number} is in {other.currency}; pay it by transfer.")
    shares, refusals = judge(documents, spoken_for(session, ids), wants, today, must_explain=must_explain)
    if refusals:
        raise refusals[0]
    return shares


def _memo(document: Invoice, want: Want, left: int, under_way: bool, due_minor: int) -> Share:
    if left == 0:
        raise _gone(document, under_way)
    if not left <= want.amount_minor < 0:
        raise _too_high(document, -left, "is left of")
    return Share(document.id, -min(-want.amount_minor, max(0, due_minor)))


def _share(
    document: Invoice, want: Want, left: int, under_way: bool, today: date, must_explain: bool
) -> Share:
    if left == 0:
        raise _gone(document, under_way)
    amount, saved = discount(document, want.amount_minor, left, today)
    if not 0 < amount <= left:
        raise _too_high(document, left, "can be paid of")
    if amount == left:
        return Share(document.id, amount, saved)
    if must_explain and want.short_reason not in SHORT_REASONS:
        raise Rejected(
            "short_reason_missing",
            f"{format_minor(left - amount, document.currency)} of {document.number} stays open. Say why.",
            field=f"reason_{document.number}",
            details=document.number,
        )
    return Share(document.id, amount, 0, want.short_reason, want.short_note[:1000])


def discount(document: Invoice, amount: int, left: int, today: date) -> tuple[int, int]:
    """What of the invoice is settled, and the discount in it: for paying all of it in time and at once, with or
    without taking the discount off oneself. So an invoice that a refund opened again does not get it twice."""
    until, saved = document.discount_until, document.discount_minor
    if not saved or until is None or today > until or left != document.total_minor or saved >= left:
        return amount, 0
    return (left, saved) if amount in (left, left - saved) else (amount, 0)


def _gone(document: Invoice, under_way: bool) -> Rejected:
    if under_way:
        return Rejected(
            "payment_under_way",
            f"A payment for {document.number} is under way: continue it or cancel it.",
            field=f"amount_{document.number}",
            outcome="conflict",
            details=document.number,
        )
    words = "used up" if document.kind == "credit_memo" else "paid"
    return Rejected(
        "settled",
        f"{document.number} is {words} already.",
        field=f"amount_{document.number}",
        details=document.number,
    )


def _too_high(document: Invoice, most: int, verb: str) -> Rejected:
    return Rejected(
        "amount_too_high",
        f"Type an amount up to {format_minor(most, document.currency)}: that {verb} {document.number}.",
        field=f"amount_{document.number}",
        details=document.number,
    )


def nearer_to_zero(amount: int, left: int) -> int:
    """An amount, cut down to what is left of its document; of the same sign or nothing."""
    return max(0, min(amount, left)) if amount > 0 else min(0, max(amount, left))


def check_total(total: int, currency: str, anything: bool) -> None:
    """Refuse what Stripe cannot be asked for.

    :raises Rejected: when nothing was chosen, or the sum cannot be charged.
    """
    if not anything:
        raise Rejected("nothing_chosen", "Choose at least one invoice to pay.")
    if total < 0:
        raise Rejected(
            "memos_too_high", "The credit memos are more than the invoices. Use less of them or add invoices."
        )
    try:
        to_stripe(total, currency)
    except ValueError as error:
        raise Rejected("amount_not_payable", str(error)) from error
