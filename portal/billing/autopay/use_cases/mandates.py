"""Autopay's mandate: its words, agreeing to it, ending it. Ended rows stay, with who ended them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.autopay.rules import MandateOffer, check_rule, mandate
from portal.billing.methods.facts import PaymentInfoEntered
from portal.billing.methods.use_cases.methods import check_may_use, usable
from portal.billing.models.methods import Autopay
from portal.billing.settlement.use_cases.own_credit import uses_credit
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.touchpoints.recording import Event, record


def mandate_words(session: Session, offer: MandateOffer, *, actor: Actor, today: date) -> str:
    """The mandate for this rule and method, as it is to be shown.

    :raises NotFound: if the actor may not use the method.
    :raises Rejected: for a rule that does not exist or a method that has expired.
    """
    check_rule(offer.rule)
    method = usable(session, actor=actor, method_id=offer.method_id, today=today)
    company = session.get_one(Company, method.company_id)
    return mandate(
        offer,
        company=company.name,
        method=method.words,
        currency=company.currency,
        use_credit=uses_credit(session, company.id),
    )


def begin_autopay(
    session: Session, offer: MandateOffer, *, actor: Actor, shown: str, now: datetime, today: date
) -> Autopay:
    """Begin autopay, in place of an earlier mandate. What was shown is kept, with who agreed and when.

    :param shown: the words that the person agreed to.
    :raises NotFound: if the actor may not use the method.
    :raises Rejected: ``mandate`` if other words were shown than would be agreed to now.
    """
    company_id = check_may_use(actor)
    usable(session, actor=actor, method_id=offer.method_id, today=today, lock=True)
    words = _agreed_words(session, offer, actor=actor, shown=shown, today=today)
    _end(session, company_id, actor.name, now)
    made = _insert(session, company_id, offer, words, actor, now, today)
    if made is None:
        message = "Somebody else of your company has just set autopay up. Look at it first."
        raise Rejected("agreed_meanwhile", message, outcome="conflict")
    _record_mandate(session, actor, company_id, "autopay_agreed", made, now)
    return session.get_one(Autopay, made)


def end_autopay(session: Session, *, actor: Actor, now: datetime) -> bool:
    """End autopay at once; a charge that has begun goes on. Returns whether there was a mandate."""
    company_id = check_may_use(actor)
    ended = _end(session, company_id, actor.name, now)
    if ended is not None:
        _record_mandate(session, actor, company_id, "autopay_ended", ended, now)
    return ended is not None


def _agreed_words(session: Session, offer: MandateOffer, *, actor: Actor, shown: str, today: date) -> str:
    """The mandate's words, if they are those that were shown."""
    words = mandate_words(session, offer, actor=actor, today=today)
    if shown != words:
        raise Rejected("mandate", "Something changed meanwhile. Read it again and agree.", outcome="conflict")
    return words


def _insert(
    session: Session,
    company_id: int,
    offer: MandateOffer,
    words: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> int | None:
    rule = offer.rule
    return session.scalar(
        upsert(Autopay)
        .values(
            company_id=company_id,
            saved_method_id=offer.method_id,
            rule=rule.kind,
            day=0 if rule.kind == "due" else rule.day,
            limit_minor=rule.limit_minor,
            mandate_words=words,
            agreed_by_user_id=actor.user_id,
            agreed_by_name=actor.name,
            agreed_at=now,
            ran_on=today,
        )
        .on_conflict_do_nothing()
        .returning(Autopay.id)
    )


def _end(session: Session, company_id: int, by: str, now: datetime) -> int | None:
    return session.scalar(
        update(Autopay)
        .where(Autopay.company_id == company_id, Autopay.ended_at.is_(None))
        .values(ended_at=now, ended_by_name=by)
        .returning(Autopay.id)
    )


def _record_mandate(
    session: Session, actor: Actor, company_id: int, action: str, autopay_id: int, now: datetime
) -> None:
    record(
        session,
        Event(
            PaymentInfoEntered(method="autopay", action=action),
            actor=actor,
            now=now,
            key=f"payment_info_entered:{action}:{autopay_id}",
            account_id=company_id,
        ),
    )
