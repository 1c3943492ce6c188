"""Money that came: into the books, to its invoices, and told to whoever waits for it. For Stripe and offline alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import DISCOUNTS, RECEIVABLE, STRIPE, UNAPPLIED
from portal.billing.invoices.facts import InvoicePaid
from portal.billing.invoices.new_dispute import NewDispute
from portal.billing.invoices.use_cases.disputes import write_disputes
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerTransaction
from portal.billing.models.payments import Payment, payment_number
from portal.billing.settlement.split import MemoUse, Share, Split, split
from portal.foundation.actor import Actor
from portal.foundation.tokens import new_token
from portal.touchpoints.recording import Event, record

NO_DISPUTE = frozenset({"", "later"})  # reasons for a short payment that contest nothing


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came in. ``key`` names the fact in the books: ``pi:<id>:succeeded``, ``payment:<number>`` …

    :param key: empty for money outside Stripe: the payment's own number is its name then.
    """

    company_id: int
    kind: str  # card, us_bank_account, cheque, transfer, cash
    amount_minor: int
    currency: str
    received_at: datetime
    received_on: date
    key: str = ""
    account: str = STRIPE  # or BANK
    method_words: str = ""
    reference: str = ""
    note: str = ""
    attempt_id: int | None = None
    payment_intent_id: str | None = None
    charge_id: str | None = None
    draft_id: int | None = None


@dataclass(slots=True)
class Settled:
    """A payment and what became of it."""

    payment: Payment
    parts: Split
    invoices: list[Invoice] = field(default_factory=list)  # all it touched, as they stand now

    @property
    def paid_off(self) -> list[Invoice]:
        """Invoices that are settled in full by it."""
        return [each for each in self.invoices if each.kind == "invoice" and each.open_minor == 0]


def lock_documents(session: Session, company_id: int, ids: Collection[int]) -> dict[int, Invoice]:
    """The company's documents among ``ids``, locked in the order of their ids and read anew. One statement."""
    if not ids:
        return {}
    found = session.scalars(
        select(Invoice)
        .where(Invoice.company_id == company_id, Invoice.id.in_(ids))
        .order_by(Invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.id: each for each in found}


def record_payment(
    session: Session, received: Received, shares: Sequence[Share], *, actor: Actor, now: datetime
) -> Settled | None:
    """Post money with what it is for: receivable, discount, credit memos; what no invoice takes is unapplied.

    A short payment with a reason opens a dispute. Statements do not grow with the number of invoices.

    :returns: None when it was posted before.
    """
    if received.key and posted_before(session, received.key):
        return None
    documents = lock_documents(session, received.company_id, [share.invoice_id for share in shares])
    open_before = {each.id: each.open_minor for each in documents.values()}
    parts = split(received.amount_minor, shares, open_before)
    payment = _payment(session, received, actor)
    if payment is None:
        return None
    apply_memos(session, parts.memos, documents, actor=actor, now=now)
    _post(session, received, payment, parts, actor)
    session.refresh(payment, ["unapplied_minor", "refunded_minor"])
    settled = Settled(payment, parts, refreshed(session, documents.values()))
    _contest(session, received, shares, documents, actor, now)
    tell_paid(session, settled.paid_off, by=payment.number, payment_id=payment.id, actor=actor, now=now)
    return settled


def posted_before(session: Session, key: str) -> bool:
    """Whether the books know this fact."""
    known = select(LedgerTransaction.id).where(LedgerTransaction.posting_key == key)
    return session.scalar(known) is not None


def _payment(session: Session, received: Received, actor: Actor) -> Payment | None:
    """The new row; None when another transaction has written it for the same intent or attempt."""
    number = f"PAY-{session.scalar(payment_number)}"
    made = session.scalar(
        upsert(Payment)
        .values(
            number=number,
            company_id=received.company_id,
            kind=received.kind,
            attempt_id=received.attempt_id,
            amount_minor=received.amount_minor,
            currency=received.currency,
            received_on=received.received_on,
            received_at=received.received_at,
            method_words=received.method_words,
            reference=received.reference,
            payment_intent_id=received.payment_intent_id,
            charge_id=received.charge_id,
            draft_id=received.draft_id,
            actor_user_id=actor.user_id,
            actor_name=actor.name,
            note=received.note,
        )
        .on_conflict_do_nothing()
        .returning(Payment.id)
    )
    return None if made is None else session.get_one(Payment, made)


def _post(session: Session, received: Received, payment: Payment, parts: Split, actor: Actor) -> None:
    sides = [Side(received.account, payment.amount_minor, payment_id=payment.id)]
    for invoice_id, amount in parts.paid.items():
        sides.append(Side(RECEIVABLE, -amount, invoice_id=invoice_id, payment_id=payment.id))
    for invoice_id, amount in parts.discounts.items():
        sides.append(Side(DISCOUNTS, amount, invoice_id=invoice_id, payment_id=payment.id))
        sides.append(Side(RECEIVABLE, -amount, invoice_id=invoice_id, payment_id=payment.id))
    sides.append(Side(UNAPPLIED, -parts.unapplied_minor, payment_id=payment.id))
    posted = post(
        session,
        key=received.key or f"payment:{payment.number}",
        kind="payment",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=payment.received_at,
        sides=sides,
        actor=actor,
        words=f"Payment {payment.number}",
    )
    if not posted:
        # The payment's row is new but its fact is not: two different payments claim the same one.
        raise RuntimeError(f"{received.key} was posted by another payment")


def apply_memos(
    session: Session, uses: Sequence[MemoUse], documents: dict[int, Invoice], *, actor: Actor, now: datetime
) -> None:
    """Use credit memos for invoices; the documents are locked. One posting for all of them."""
    if not uses:
        return
    first = documents[uses[0].invoice_id]
    sides = []
    for use in uses:
        sides.append(Side(RECEIVABLE, use.amount_minor, invoice_id=use.memo_id))
        sides.append(Side(RECEIVABLE, -use.amount_minor, invoice_id=use.invoice_id))
    memos = ", ".join(sorted({documents[use.memo_id].number for use in uses}))
    to = ", ".join(sorted({documents[use.invoice_id].number for use in uses}))
    post(
        session,
        key=f"application:{new_token()}",
        kind="application",
        company_id=first.company_id,
        currency=first.currency,
        occurred_at=now,
        sides=sides,
        actor=actor,
        words=f"{memos} applied to {to}",
    )


def refreshed(session: Session, documents: Collection[Invoice]) -> list[Invoice]:
    """Documents as the database has left them after a posting. One statement."""
    ids = [each.id for each in documents]
    if not ids:
        return []
    session.flush()
    found = select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.id)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _contest(
    session: Session,
    received: Received,
    shares: Sequence[Share],
    documents: dict[int, Invoice],
    actor: Actor,
    now: datetime,
) -> None:
    """Open a dispute about what a short payment leaves open, unless one is open already."""
    new = [
        NewDispute(
            share.invoice_id,
            received.company_id,
            documents[share.invoice_id].open_minor,
            received.currency,
            share.short_reason,
            share.short_note,
            actor.name,
            now,
            actor.user_id,
            received.attempt_id,
        )
        for share in shares
        if share.short_reason not in NO_DISPUTE
        and share.invoice_id in documents
        and documents[share.invoice_id].open_minor > 0
    ]
    numbers = {each.invoice_id: documents[each.invoice_id].number for each in new}
    write_disputes(session, new, numbers, actor=actor, now=now)


def tell_paid(
    session: Session,
    invoices: Sequence[Invoice],
    *,
    by: str,
    actor: Actor,
    now: datetime,
    payment_id: int | None = None,
) -> None:
    """Note that invoices are settled in full; ``by`` names what settled them, so that a reopened one may be again."""
    for invoice in invoices:
        record(
            session,
            Event(
                InvoicePaid(number=invoice.number),
                actor=actor,
                now=now,
                key=f"invoice_paid:{invoice.number}:{by}",
                account_id=invoice.company_id,
                value_minor=invoice.total_minor,
                currency=invoice.currency,
                links={"invoice_id": invoice.id, "payment_id": payment_id},
            ),
        )
