"""A hold stops a company's new orders on account at once, until it is lifted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit_holds.facts import CreditHeld, CreditReleased
from portal.billing.payers.queries import admins_of
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import RawLetter, post_all
from portal.touchpoints.kind import Touch
from portal.touchpoints.recording import Event, record

MAX_REASON = 300
# Waits for orders that are being placed under the row's lock; those that come after see the hold.
HOLD = text("""
insert into credit_account (company_id, currency, on_hold, hold_reason, held_at, held_by_name)
values (:company, :currency, true, :reason, :now, :by)
on conflict (company_id) do update
   set on_hold = true, hold_reason = :reason, held_at = :now, held_by_name = :by, held_by_rule = false
 where not credit_account.on_hold
returning company_id
""")
LIFT = text("""
update credit_account set on_hold = false, hold_reason = '', held_at = null, held_by_name = '',
       held_by_rule = false
 where company_id = :company and on_hold
returning company_id
""")


def hold(session: Session, *, actor: Actor, now: datetime, company: Company, reason: str) -> None:
    """Stop new orders of a company. Its admins are written to, with the reason in these words.

    :raises NotFound: for whom may not.
    :raises Rejected: ``reason`` when it is missing or too long, ``held`` when it is on hold already.
    """
    _check(actor)
    if not 5 <= len(reason) <= MAX_REASON:
        problem = f"Say why in 5 to {MAX_REASON} characters. The customer reads it."
        raise Rejected("reason", problem, field="reason")
    asked = {
        "company": company.id,
        "currency": company.currency,
        "reason": reason,
        "now": now,
        "by": actor.name,
    }
    if session.execute(HOLD, asked).first() is None:
        raise Rejected("held", "This account is on hold already.", outcome="conflict")
    _tell(session, CreditHeld(), "account_held", company, {"reason": reason}, actor, now)


def lift(session: Session, *, actor: Actor, now: datetime, company: Company, note: str = "") -> None:
    """Let a company order on account again.

    :raises NotFound: for whom may not.
    :raises Rejected: ``note`` when it is too long, ``not_held`` when it is not on hold.
    """
    _check(actor)
    if len(note) > MAX_REASON:
        raise Rejected("note", f"Keep it within {MAX_REASON} characters.", field="reason")
    if session.execute(LIFT, {"company": company.id}).first() is None:
        raise Rejected("not_held", "This account is not on hold any more.", outcome="conflict")
    _tell(session, CreditReleased(), "account_released", company, {"reason": note}, actor, now)


def _check(actor: Actor) -> None:
    if not actor.can("billing:manage"):
        raise NotFound


def _tell(
    session: Session,
    what: Touch,
    mail_kind: str,
    company: Company,
    data: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    key = f"{company.id}:{now.isoformat()}"
    record(session, Event(what, actor=actor, now=now, key=f"{what.kind.name}:{key}", account_id=company.id))
    told = {"company": company.name, "by": actor.name, **data}
    people = admins_of(session, company.id)
    post_all(
        session,
        [
            RawLetter(
                f"{mail_kind}:{key}:{each.user_id}",
                mail_kind,
                each.email,
                told,
                each.name,
                each.language,
                company.id,
            )
            for each in people
        ],
    )
