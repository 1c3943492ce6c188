"""What the seller says of a certificate: accepted, refused, ended before its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.tax import ACCEPTED, REFUSED, SELLER, TaxExemption
from portal.billing.tax.exemption_rules import MAX_NOTE, is_waiting
from portal.billing.tax.facts import (
    exemption_values,
    record_exemption_accepted,
    record_exemption_ended,
    record_exemption_refused,
)
from portal.billing.tax.letters import mail_exemption_accepted, mail_exemption_ended, mail_exemption_refused
from portal.billing.tax.use_cases.locks import locked_exemption
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import length_problem


@dataclass(frozen=True, slots=True)
class Decided:
    """A certificate and the reason given for a decision on it."""

    company: Company
    exemption_id: int
    reason: str = ""


def accept_exemption(
    session: Session, decided: Decided, *, actor: Actor, now: datetime, today: date
) -> TaxExemption:
    """From now on orders go without tax in its region on the days it covers. Idempotent.

    :raises NotFound: if the actor lacks the permission, or the company has no such certificate.
    :raises Rejected: ``ended`` or ``expired`` meanwhile.
    """
    found = _found(session, decided, actor)
    if found.ended_at is not None:
        raise Rejected("ended", "It was refused, withdrawn or ended meanwhile.", outcome="conflict")
    if found.valid_to < today:
        raise Rejected("expired", "It has expired. Refuse it, and the customer adds the one that holds now.")
    if is_waiting(found):
        before = exemption_values(found)
        found.state, found.counts_from = ACCEPTED, found.counts_from or now
        found.decided_at, found.decided_by_name = now, actor.name
        record_exemption_accepted(session, found, before, actor=actor, now=now)
        mail_exemption_accepted(session, found)
    return found


def refuse_exemption(session: Session, decided: Decided, *, actor: Actor, now: datetime) -> TaxExemption:
    """It does not count, and the customer reads why. Idempotent.

    :raises NotFound: as above.
    :raises Rejected: ``reason`` without one; ``decided`` when it was accepted or withdrawn meanwhile.
    """
    found = _found(session, decided, actor)
    if found.state == REFUSED:
        return found
    if not is_waiting(found):
        raise Rejected(
            "decided", "It was accepted or withdrawn meanwhile. Look at it again.", outcome="conflict"
        )
    before = exemption_values(found)
    found.state, found.ended_at, found.decision_note = REFUSED, now, _reason(decided)
    found.decided_at, found.decided_by_name = now, actor.name
    record_exemption_refused(session, found, before, actor=actor, now=now)
    mail_exemption_refused(session, found)
    return found


def end_exemption(session: Session, decided: Decided, *, actor: Actor, now: datetime) -> TaxExemption:
    """End an accepted one before its day: orders carry tax again, and the customer reads why. Idempotent.

    :raises NotFound: as above.
    :raises Rejected: ``reason`` without one; ``waiting`` when nobody has accepted it yet.
    """
    found = _found(session, decided, actor)
    if found.ended_at is not None:
        return found
    if is_waiting(found):
        raise Rejected("waiting", "It is not accepted yet: refuse it instead.", outcome="conflict")
    before = exemption_values(found)
    found.ended_at, found.end_note = now, _reason(decided)
    found.ended_by, found.ended_by_name = SELLER, actor.name
    record_exemption_ended(session, found, before, actor=actor, now=now)
    mail_exemption_ended(session, found)
    return found


def _found(session: Session, decided: Decided, actor: Actor) -> TaxExemption:
    if not actor.can("billing:manage"):
        raise NotFound
    return locked_exemption(session, decided.company.id, decided.exemption_id)


def _reason(decided: Decided) -> str:
    reason = decided.reason.strip()
    words = "Say why; the customer reads it." if not reason else length_problem(reason, MAX_NOTE)
    if words:
        raise Rejected("reason", words, field="reason")
    return reason
