"""A company's rule of its own: hold the account once an invoice is so many days overdue, and let go when none is.

Off unless staff set it. The rule lifts only what the rule has held; what a person decided stays until a person lifts it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit_holds.facts import CreditHeld, CreditReleased, HoldRuleChanged
from portal.billing.credit_holds.queries import to_hold, to_lift
from portal.billing.payers.queries import people_who_may
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import RawLetter, post_all
from portal.touchpoints.kind import Touch
from portal.touchpoints.recording import Event, record

MOST_DAYS = 365
RULE = text("""
insert into payment_terms (company_id, kind, days, hold_after_days) values (:company, 'net', :days, :after)
on conflict (company_id) do update set hold_after_days = :after
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


def set_rule(session: Session, *, actor: Actor, now: datetime, company: Company, days: int | None) -> None:
    """Hold the company's account when an invoice is so many days overdue; None: never by itself.

    :raises NotFound: for whom may not.
    :raises Rejected: ``days`` on its field.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Rejected(
            "days", f"Type a whole number of days from 1 to {MOST_DAYS}, or nothing.", field="days"
        )
    session.execute(RULE, {"company": company.id, "days": company.terms_days, "after": days})
    key = f"hold_rule_changed:{company.id}:{now.isoformat()}"
    changed = HoldRuleChanged(fields=["hold_after_days"])
    record(session, Event(changed, actor=actor, now=now, key=key, account_id=company.id))


def follow_rules(sessions: Callable[[], Session], *, now: datetime, today: date) -> tuple[int, int]:
    """Hold and let go what the rules of all companies say today. May be called as often as one likes.

    :param today: the seller's calendar day.
    :returns: how many accounts were held, and let go. The same number of statements for any number of them.
    """
    with transaction(sessions) as session:
        late = {each.company_id: each for each in to_hold(session, today)}
        reasons = {company_id: each.reason for company_id, each in late.items()}
        asked = {"companies": list(reasons), "reasons": list(reasons.values()), "now": now}
        held = set(session.scalars(HOLD, asked)) if reasons else set()
        names = {company_id: late[company_id].company_name for company_id in held}
        _tell(session, CreditHeld(), "account_held", names, reasons, now)
    with transaction(sessions) as session:
        over = dict(to_lift(session, today))
        lifted = set(session.scalars(LIFT, {"companies": list(over)})) if over else set()
        names = {company_id: over[company_id] for company_id in lifted}
        _tell(session, CreditReleased(), "account_released", names, {}, now)
    return len(held), len(lifted)


def _tell(
    session: Session,
    what: Touch,
    mail_kind: str,
    names: Mapping[int, str],
    reasons: Mapping[int, str],
    now: datetime,
) -> None:
    if not names:
        return
    people = people_who_may(session, "company:manage", names)
    letters = []
    for company_id in sorted(names):
        key = f"{company_id}:{now.isoformat()}"
        record(
            session, Event(what, actor=SYSTEM, now=now, key=f"{what.kind.name}:{key}", account_id=company_id)
        )
        told = {"company": names[company_id], "by": "", "reason": reasons.get(company_id, "")}
        letters += [
            RawLetter(
                f"{mail_kind}:{key}:{each.user_id}",
                mail_kind,
                each.email,
                told,
                each.name,
                each.language,
                company_id,
            )
            for each in people.get(company_id, [])
        ]
    post_all(session, letters)
