"""A company's own rule: hold the account when an invoice is N days overdue, release it when none is.

Off unless staff set it. The rule lifts only its own holds; a hold that a person set stays until a person lifts it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit_holds.facts import record_hold_changes, record_hold_rule_changed
from portal.billing.credit_holds.letters import mail_hold_changes
from portal.billing.credit_holds.queries import hold_candidates, release_candidates
from portal.billing.credit_holds.rules import HoldChange
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.kind import Change

MOST_DAYS = 365
HELD = text(
    "select hold_after_days, promises_suspend_hold from payment_terms where company_id = :company for update"
)
RULE = text("""
insert into payment_terms (company_id, kind, days, hold_after_days, promises_suspend_hold)
values (:company, 'net', :days, :after, :promises)
on conflict (company_id) do update set hold_after_days = :after, promises_suspend_hold = :promises
""")
# Rows are locked in the order of the companies. Orders that are being placed are waited for; later ones see the hold.
HOLD = text("""
with free as materialized (
  select company_id from credit_account where company_id = any(:companies) and not on_hold order by company_id for update)
update credit_account k set on_hold = true, held_by_rule = true, hold_reason = r.reason, held_at = :now, held_by_name = ''
  from free join unnest(cast(:companies as bigint[]), cast(:reasons as text[])) r(company_id, reason) using (company_id)
 where k.company_id = free.company_id
returning k.company_id
""")
LIFT = text("""
with held as materialized (
  select company_id from credit_account where company_id = any(:companies) and on_hold and held_by_rule
   order by company_id for update)
update credit_account k set on_hold = false, held_by_rule = false, hold_reason = '', held_at = null, held_by_name = ''
  from held where k.company_id = held.company_id
returning k.company_id
""")


def set_hold_rule(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    company: Company,
    days: int | None,
    promises: bool = True,
) -> None:
    """Hold the company's account when an invoice is this many days overdue.

    :param days: None for no automatic hold.
    :param promises: whether a promise to pay suspends the hold, once for each invoice.
    :raises NotFound: if the actor lacks the permission.
    :raises Rejected: ``days`` on its field.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Rejected(
            "days", f"Type a whole number of days from 1 to {MOST_DAYS}, or nothing.", field="days"
        )
    held = session.execute(HELD, {"company": company.id}).one_or_none()
    before = {
        "hold_after_days": held[0] if held else None,
        "promises_suspend_hold": held[1] if held else True,
    }
    session.execute(
        RULE, {"company": company.id, "days": company.terms_days, "after": days, "promises": promises}
    )
    change = Change(before, {"hold_after_days": days, "promises_suspend_hold": promises})
    if change.names:
        record_hold_rule_changed(session, company.id, change, actor=actor, now=now)


def apply_hold_rules(sessions: Callable[[], Session], *, now: datetime, today: date) -> tuple[int, int]:
    """Apply every company's hold rule for today. Idempotent.

    :param today: the seller's calendar day.
    :returns: how many accounts were put on hold, and how many were released. The number of statements does not depend
        on either.
    """
    with transaction(sessions) as session:
        held = _hold_overdue(session, now, today)
    with transaction(sessions) as session:
        released = _release_settled(session, now, today)
    return held, released


def _hold_overdue(session: Session, now: datetime, today: date) -> int:
    late = {each.company_id: each for each in hold_candidates(session, today)}
    if not late:
        return 0
    reasons = [each.reason for each in late.values()]
    held = sorted(session.scalars(HOLD, {"companies": list(late), "reasons": reasons, "now": now}))
    changes = [HoldChange(each, late[each].company_name, True, late[each].reason) for each in held]
    _changed(session, changes, now)
    return len(held)


def _release_settled(session: Session, now: datetime, today: date) -> int:
    over = dict(release_candidates(session, today))
    if not over:
        return 0
    released = sorted(session.scalars(LIFT, {"companies": list(over)}))
    _changed(session, [HoldChange(each, over[each], False) for each in released], now)
    return len(released)


def _changed(session: Session, changes: list[HoldChange], now: datetime) -> None:
    record_hold_changes(session, changes, actor=SYSTEM, now=now)
    mail_hold_changes(session, changes, now=now)
