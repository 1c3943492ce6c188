"""Begin to pay by a link. Whoever has the link may; nobody is signed in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.billing.models.links import PayLink
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pay_links.queries import Linked, linked
from portal.billing.pay_links.use_cases.asked import lock_plan
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.use_cases.admission import begin_alone
from portal.billing.payments.use_cases.start import start_payment
from portal.billing.settlement.credit_first import Plan, Use
from portal.billing.settlement.letters import UsedCredit, mail_credit_used
from portal.billing.settlement.use_cases.own_credit import OwnCredit, put_cash
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor

WITHDRAWN = (
    "A bank took back a payment of this, so this link no longer pays it. Ask whoever sent you the link for a "
    "new one."
)


def pay_by_link(
    session: Session,
    found: Linked,
    *,
    method_kind: str,
    now: datetime,
    today: date,
    shown_minor: int | None = None,
) -> PaymentAttempt | None:
    """Begin to pay everything that is open of what a link is for. The company's own credit is used first, unless it wants
    that otherwise. The link's row is locked, so that it cannot be revoked at the same moment.

    :param shown_minor: what the payer saw; None if that is unknown.
    :returns: None if credit covered all of it, so that nothing is to be charged.
    :raises Rejected: if it was revoked or has expired, if nothing is open, a bank took a
        payment back since the link was made, a payment is under way, or something else is to be paid than was shown.
    """
    begin_alone(session, found.link.company_id, "link")  # first: others hold it while they wait for documents
    current = _locked(session, found, now)
    planned, credit = lock_plan(session, current, today)
    _check(current, planned, shown_minor)
    payer = actor_on_record("anonymous", name="Somebody with a pay link")
    uses = _put_cash(session, current, planned, credit, payer, now)
    attempt = None
    if planned.left:
        new = _new_payment(current.link, planned, method_kind)
        attempt = start_payment(session, new, actor=payer, now=now, today=today)
    is_covered = not planned.to_pay_minor
    if uses or is_covered:
        _mail_used(session, current, planned, now)
    return None if is_covered else attempt


def _locked(session: Session, found: Linked, now: datetime) -> Linked:
    link = session.get_one(PayLink, found.link.id, with_for_update=True, populate_existing=True)
    if link.revoked_at is not None or link.expires_at <= now:
        raise Rejected("dead_link", "This link no longer works.", outcome="conflict")
    return linked(session, link)


def _check(found: Linked, planned: Plan, shown_minor: int | None) -> None:
    if not planned.wanted and found.withdrawn:
        raise Rejected("charged_back", WITHDRAWN, outcome="conflict")
    if not planned.wanted:
        raise Rejected("settled", "Nothing is left to be paid here.", outcome="conflict")
    if shown_minor is not None and shown_minor != planned.to_pay_minor:
        raise _changed(planned.to_pay_minor, found)


def _changed(to_pay_minor: int, found: Linked) -> Rejected:
    amount = format_minor(to_pay_minor, found.documents[0].currency)
    words = f"What is to be paid has changed: it is {amount} now. Nothing was taken. Look at it, then go on."
    return Rejected("changed", words, outcome="conflict")


def _new_payment(link: PayLink, planned: Plan, method_kind: str) -> NewPayment:
    shares = [RequestedShare(id, minor) for id, minor in planned.left.items()]
    shares += [RequestedShare(id, -minor) for id, minor in planned.memos.items()]
    return NewPayment(
        company_id=link.company_id, shares=shares, via="link", method_kind=method_kind, pay_link_id=link.id
    )


def _put_cash(
    session: Session, found: Linked, planned: Plan, credit: OwnCredit, payer: Actor, now: datetime
) -> list[Use]:
    company_id, currency = found.link.company_id, found.documents[0].currency
    return put_cash(session, company_id, currency, planned.wanted, credit, actor=payer, now=now)


def _mail_used(session: Session, found: Linked, planned: Plan, now: datetime) -> None:
    """Tell the company, which may know nothing of this payment. Credit memos count with the payment that uses them."""
    what = UsedCredit(
        used_minor=planned.credit_minor,
        charged_minor=planned.to_pay_minor,
        currency=found.documents[0].currency,
        method="whoever pays by the link",
        numbers=[each.number for each in found.payable],
    )
    mail_credit_used(session, found.link.company_id, what, key=f"link:{found.link.id}:{int(now.timestamp())}")
