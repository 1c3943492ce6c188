"""Money for an order that credit did not cover: paid from the draft, and released if the order never uses it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.billing.models.credit import CreditAccount
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payment_states import LIVE
from portal.billing.payments.new_payment import NewPayment
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.credit_rescue.ahead import ahead_minor
from portal.orders.credit_rescue.queries import paid_ahead_minor
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.queries import DraftHead, own_head, taxed_lines

RELEASE = text("""
update payment p set draft_id = null, ended_draft_id = p.draft_id
 where p.unapplied_minor > 0 and p.draft_id is not null and (cast(:draft as bigint) is null or p.draft_id = :draft)
   and (exists (select from draft d where d.id = p.draft_id and d.state = 'discarded')
        or exists (select from sales_order o where o.draft_id = p.draft_id and o.closed_at is not null))
returning p.id
""")
# What is left of it when the draft is restored is for it again, unless the company wants it back.
KEEP_AGAIN = text("""
update payment p set draft_id = p.ended_draft_id, ended_draft_id = null
  from draft d
 where p.ended_draft_id = :draft and d.id = :draft and d.state <> 'discarded' and p.unapplied_minor > 0
   and p.draft_id is null and p.return_asked_at is null
   and not exists (select from sales_order o where o.draft_id = d.id)
""")


def pay_ahead(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, method_kind: str = ""
) -> PaymentAttempt:
    """Begin a payment over what it takes for the draft to be placed: what it costs now, with tax, or what is missing in
    the credit if that is more, less what was paid ahead for it. One that is under way already is returned instead.

    The money becomes unapplied cash that names the draft; nothing is ordered by it.

    :raises NotFound: if it is not the actor's open draft, or the actor lacks the permission to pay.
    :raises Rejected: ``empty`` or ``lines`` if the draft could not be ordered as it is, ``hold`` or ``no_account``
        if paying would not help, ``paid`` if enough was paid ahead already.
    """
    if not actor.can("invoices:pay"):
        raise NotFound
    # Of two requests at once the second sees the attempt of the first.
    head = own_head(session, actor, draft_id, lock=True)
    if head.draft.state not in OPEN_DRAFTS:
        raise NotFound
    under_way = _under_way(session, head)
    if under_way is not None:
        return under_way
    credit = _useful_credit(session, head)
    total = _cost(session, head, today)
    amount = ahead_minor(total, paid_ahead_minor(session, head.company.id, draft_id), credit)
    if amount <= 0:
        raise Rejected("paid", "This order is paid already. Place it.", outcome="conflict")
    new = NewPayment(
        company_id=head.company.id, method_kind=method_kind, draft_id=draft_id, amount_minor=amount
    )
    return start_payment(session, new, actor=actor, now=now, today=today)


def _cost(session: Session, head: DraftHead, today: date) -> int:
    """What the draft costs with tax, in minor units."""
    priced = taxed_lines(session, head, today=today)
    if not priced.lines:
        raise Rejected("empty", "There is nothing in this draft to order.")
    if any(line.problem for line in priced.lines):
        raise Rejected("lines", "A line cannot be ordered. Change the draft, then pay it.")
    return priced.total_minor


def _under_way(session: Session, head: DraftHead) -> PaymentAttempt | None:
    return session.scalars(
        select(PaymentAttempt)
        .where(
            PaymentAttempt.company_id == head.company.id,
            PaymentAttempt.draft_id == head.id,
            PaymentAttempt.state.in_(LIVE),
        )
        .order_by(PaymentAttempt.id.desc())
        .limit(1)
    ).one_or_none()


def _useful_credit(session: Session, head: DraftHead) -> CreditAccount:
    # Under its lock, as an order that is being placed at this moment: what is missing is what will be missing.
    credit = session.get(CreditAccount, head.company.id, with_for_update=True, populate_existing=True)
    if credit is None:  # nothing is ordered on account then, and money could not count for it
        raise Rejected("no_account", "Your company has no account to order on yet. Call your sales rep.")
    if credit.on_hold:
        raise Rejected("hold", "The account is on hold. Paying this order does not lift it: call us first.")
    return credit


def release(session: Session, *, draft_id: int | None = None) -> int:
    """Release prepayments whose order will never use them: its draft was discarded, or the order is closed and
    something was left. The company can then use the money for any invoice. One statement.

    :param draft_id: of this draft only.
    :returns: how many payments.
    """
    return len(session.scalars(RELEASE, {"draft": draft_id}).all())


def settle_draft_money(session: Session, draft_id: int) -> None:
    """Have what was paid ahead for a draft follow its state: free once it is discarded, kept for it again once it is
    restored. Idempotent."""
    release(session, draft_id=draft_id)
    session.execute(KEEP_AGAIN, {"draft": draft_id})
