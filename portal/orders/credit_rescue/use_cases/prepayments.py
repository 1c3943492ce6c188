"""Money for an order that credit did not cover: begun from the draft, and told when it has come."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.billing.models.credit import CreditAccount
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payment_states import LIVE
from portal.billing.payments.new_payment import NewPayment
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import post
from portal.foundation.money import format_minor
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.lines import tax_of, total_of
from portal.orders.drafts.queries import add_tax, own_head, priced_lines
from portal.orders.models.drafts import Draft

MAIL = "draft_paid"
# A day to bring a discarded draft back.
RELEASE = text("""
update payment p set draft_id = null
 where p.unapplied_minor > 0 and p.draft_id is not null
   and (exists (select from draft d
                 where d.id = p.draft_id and d.state = 'discarded' and d.updated_at < :day_ago)
        or exists (select from sales_order o where o.draft_id = p.draft_id and o.closed_at is not null))
returning p.id
""")


def pay_ahead(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, method_kind: str = ""
) -> PaymentAttempt:
    """Begin a payment over what the draft costs now, with tax. One that is under way already is returned instead.

    The money becomes unapplied cash that names the draft; nothing is ordered by it.

    :raises NotFound: when it is not the actor's open draft, or the actor may not pay.
    :raises Rejected: ``empty`` or ``lines`` when the draft could not be ordered as it is, ``hold`` or ``no_account``
        when paying would not help.
    """
    if not actor.can("invoices:pay"):
        raise NotFound
    head = own_head(
        session, actor, draft_id, lock=True
    )  # of two at once the second sees the first one's attempt
    if head.draft.state not in OPEN_DRAFTS:
        raise NotFound
    under_way = session.scalars(
        select(PaymentAttempt)
        .where(
            PaymentAttempt.company_id == head.company.id,
            PaymentAttempt.draft_id == draft_id,
            PaymentAttempt.state.in_(LIVE),
        )
        .order_by(PaymentAttempt.id.desc())
        .limit(1)
    ).one_or_none()
    if under_way is not None:
        return under_way
    credit = session.get(CreditAccount, head.company.id)
    if credit is None:  # nothing is ordered on account then, and money could not count for it
        raise Rejected("no_account", "Your company has no account to order on yet. Call your sales rep.")
    if credit.on_hold:
        raise Rejected("hold", "The account is on hold. Paying this order does not lift it: call us first.")
    lines = priced_lines(session, company_id=head.company.id, draft_id=draft_id, today=today)
    add_tax(session, head, lines, today=today)
    if not lines:
        raise Rejected("empty", "There is nothing in this draft to order.")
    if any(line.problem for line in lines):
        raise Rejected("lines", "A line cannot be ordered. Change the draft, then pay it.")
    new = NewPayment(
        company_id=head.company.id,
        method_kind=method_kind,
        draft_id=draft_id,
        amount_minor=total_of(lines) + tax_of(lines),
    )
    return start_payment(session, new, actor=actor, now=now, today=today)


def release(session: Session, *, now: datetime) -> int:
    """Let go of money that waits for an order which will not take it any more: its draft was discarded, or the order
    is over and something was left. It is the company's to use for any invoice then. One statement.

    :returns: how many payments.
    """
    return len(session.scalars(RELEASE, {"day_ago": now - timedelta(days=1)}).all())


def tell_paid(session: Session, *, draft_id: int, attempt_id: int) -> None:
    """Write to who works on the draft that its money has come, once for each payment. It is not placed by itself:
    prices may have changed meanwhile."""
    found = session.execute(
        select(Draft, Company.name, User, PaymentAttempt)
        .join(Company, Company.id == Draft.company_id)
        .join(User, User.id == Draft.owner_user_id)
        .join(PaymentAttempt, PaymentAttempt.id == attempt_id)
        .where(
            Draft.id == draft_id, PaymentAttempt.company_id == Draft.company_id, Draft.state.in_(OPEN_DRAFTS)
        )
    ).one_or_none()
    if found is None:
        return
    draft, company_name, person, attempt = found
    credit = session.get(CreditAccount, draft.company_id)
    held = credit is not None and credit.on_hold
    data = {
        "company": company_name,
        "title": " ".join(draft.name.split()) or "your order",
        "path": f"/drafts/{draft.id}/review",
        "amount": format_minor(attempt.amount_minor, attempt.currency),
        "on_hold": held,
        "hold_reason": credit.hold_reason if credit is not None else "",
    }
    post(
        session,
        key=f"{MAIL}:{attempt_id}",
        kind=MAIL,
        to_email=person.email,
        to_name=person.name,
        language=person.language,
        company_id=draft.company_id,
        data=data,
    )
