"""The day of a scheduled payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payments.facts import record_payment_submitted
from portal.billing.payments.queries.payable import taken_minor
from portal.billing.payments.rules import capped, discounted
from portal.billing.payments.use_cases.memos import settle_with_memos
from portal.billing.settlement.credit_first import Wanted, memo_shares
from portal.billing.settlement.letters import UsedCredit, mail_credit_used
from portal.billing.settlement.queries import charged_back
from portal.billing.settlement.split import Share, due_now
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.billing.settlement.use_cases.own_credit import NONE, OwnCredit, put_cash
from portal.foundation.actor import SYSTEM

NOTHING_LEFT = "Nothing was left to be paid."
COVERED = "Your credit covered all of it."


def start_scheduled_payment(
    session: Session, attempt_id: int, *, now: datetime, today: date, credit: OwnCredit = NONE
) -> PaymentAttempt:
    """Begin a scheduled payment: its documents are locked and checked as they are today.

    The company's own credit is used first. If credit memos cover the rest, the attempt has succeeded and nothing is
    charged.

    :param credit: that credit, locked.

    What was paid or charged back meanwhile is left out and the amount shrinks; with nothing left the attempt is cancelled.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt.state != "scheduled":
        return attempt
    rows = _rows_left(session, attempt, today)
    used = _use_cash(session, attempt, rows, credit, now)
    shares = [Share(r.invoice_id, r.amount_minor, r.discount_minor) for r in rows if r.amount_minor]
    memos = _add_memos(session, attempt, due_now(shares), credit)
    shares, used = [*shares, *memos], used - sum(share.amount_minor for share in memos)
    if attempt.purpose == "invoices":
        attempt.amount_minor = max(0, due_now(shares))
    attempt.updated_at = now
    if used:
        _mail_used(session, attempt, used)
    if attempt.amount_minor == 0 and shares:
        settle_with_memos(session, attempt, shares, SYSTEM, now)
        return attempt
    if attempt.amount_minor == 0:
        attempt.state, attempt.failure_words = "cancelled", COVERED if used else NOTHING_LEFT
        return attempt
    attempt.state = "created"
    session.flush()
    record_payment_submitted(session, attempt, documents=len(shares), actor=SYSTEM, now=now)
    return attempt


def _use_cash(
    session: Session,
    attempt: PaymentAttempt,
    rows: Sequence[PaymentAllocation],
    credit: OwnCredit,
    now: datetime,
) -> int:
    """Put money on account onto the invoices, and cut the allocations by that. How much it was."""
    wanted = [Wanted(row.invoice_id, row.amount_minor, row.discount_minor) for row in rows]
    by_invoice = {row.invoice_id: row for row in rows}
    uses = put_cash(session, attempt.company_id, attempt.currency, wanted, credit, actor=SYSTEM, now=now)
    for use in uses:
        row = by_invoice[use.invoice_id]
        row.amount_minor -= use.amount_minor
        if row.amount_minor == 0:
            session.delete(row)
    return sum(use.amount_minor for use in uses)


def _mail_used(session: Session, attempt: PaymentAttempt, used_minor: int) -> None:
    numbers = session.scalars(
        select(Invoice.number)
        .join(PaymentAllocation, PaymentAllocation.invoice_id == Invoice.id)
        .where(PaymentAllocation.attempt_id == attempt.id, Invoice.kind == "invoice")
        .order_by(Invoice.id)
    ).all()
    method = session.get(SavedMethod, attempt.saved_method_id)
    what = UsedCredit(
        used_minor=used_minor,
        charged_minor=attempt.amount_minor,
        currency=attempt.currency,
        method=method.words if method else "",
        numbers=list(numbers) or ["your scheduled payment"],
    )
    mail_credit_used(session, attempt.company_id, what, key=f"schedule:{attempt.token}")


def _add_memos(session: Session, attempt: PaymentAttempt, due: int, credit: OwnCredit) -> list[Share]:
    """Use credit memos for what is due, and allocate them to the attempt."""
    shares = [Share(memo_id, -part) for memo_id, part in memo_shares(due, credit.memos).items()]
    for share in shares:
        session.add(
            PaymentAllocation(
                attempt_id=attempt.id,
                invoice_id=share.invoice_id,
                company_id=attempt.company_id,
                amount_minor=share.amount_minor,
            )
        )
    session.flush()
    return shares


def _rows_left(session: Session, attempt: PaymentAttempt, today: date) -> list[PaymentAllocation]:
    """Cut the attempt's allocations down to what is left of their documents, and delete those with nothing left."""
    rows = session.scalars(
        select(PaymentAllocation)
        .where(PaymentAllocation.attempt_id == attempt.id)
        .order_by(PaymentAllocation.invoice_id)
    ).all()
    documents = lock_invoices(session, company_id=attempt.company_id, ids=[row.invoice_id for row in rows])
    taken = taken_minor(session, documents)
    withdrawn = charged_back(session, documents)
    lefts = {}
    for document in documents.values():
        # Where its bank took a payment of it back since, people decide again.
        again = document.id in withdrawn and withdrawn[document.id] >= attempt.created_at
        lefts[document.id] = 0 if again else document.open_minor - taken.get(document.id, 0)
    by_memos = -sum(capped(row.amount_minor, lefts[row.invoice_id]) for row in rows if row.amount_minor < 0)
    for row in rows:
        document, left = documents[row.invoice_id], lefts[row.invoice_id]
        row.amount_minor, row.discount_minor = discounted(
            document, capped(row.amount_minor, left), left, today, by_memos=by_memos
        )
        by_memos -= min(by_memos, max(0, row.amount_minor))
        if row.amount_minor == 0:
            session.delete(row)
    return [row for row in rows if row.amount_minor]
