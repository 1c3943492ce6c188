"""A hold stops a company's new orders on account at once, until it is lifted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit_holds.facts import record_hold_changes
from portal.billing.credit_holds.letters import mail_hold_changes
from portal.billing.credit_holds.rules import HoldChange
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import refuse_longer

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
update credit_account set on_hold = false, hold_reason = '', hold_note = '', held_at = null,
       held_by_name = '', held_by_rule = false
 where company_id = :company and on_hold
returning company_id
""")


def hold_account(session: Session, *, actor: Actor, now: datetime, company: Company, reason: str) -> None:
    """Stop a company's new orders on account. Its administrators get a mail with the reason, word for word.

    :raises NotFound: if the actor lacks the permission.
    :raises Rejected: ``reason`` when it is missing or too long, ``held`` when the account is on hold already.
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
    _changed(session, HoldChange(company.id, company.name, True, reason, actor.name), actor, now)


def lift_hold(session: Session, *, actor: Actor, now: datetime, company: Company, note: str = "") -> None:
    """Let a company order on account again.

    :raises NotFound: if the actor lacks the permission.
    :raises Rejected: ``note`` when it is too long, ``not_held`` when the account is not on hold.
    """
    _check(actor)
    refuse_longer(note, MAX_REASON, field="reason", code="note")
    if session.execute(LIFT, {"company": company.id}).first() is None:
        raise Rejected("not_held", "This account is no longer on hold.", outcome="conflict")
    _changed(session, HoldChange(company.id, company.name, False, note, actor.name), actor, now)


def _check(actor: Actor) -> None:
    if not actor.can("billing:manage"):
        raise NotFound


def _changed(session: Session, change: HoldChange, actor: Actor, now: datetime) -> None:
    record_hold_changes(session, [change], actor=actor, now=now)
    mail_hold_changes(session, [change], now=now)
