"""Whether one more payment may be begun, judged by what was begun and not paid before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from math import ceil

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.billing.payment_states import UNPAID, WITHOUT_MONEY
from portal.billing.payments.throttle import WINDOW, Try, seconds_to_wait
from portal.foundation.sql import sql_list

# Payments of one company are begun one after the other, so that many at once cannot pass the limit together.
_ALONE = text("select pg_advisory_xact_lock(7261011, cast(:company % 2147483647 as int))")
_TRIES = text(f"""
select a.actor_user_id, a.pay_link_id, a.created_at, greatest(1, a.declines) as weight,
       array(select l.invoice_id from payment_allocation l where l.attempt_id = a.id) as invoices
  from payment_attempt a
 where a.company_id = :company and a.via = :via and a.created_at > :since
   and a.state in {sql_list((*UNPAID, *WITHOUT_MONEY))} and a.failure_code <> 'authentication_required'
 order by a.created_at desc limit 200
""")
CHANNELS = ("page", "link")  # where somebody is there to try; what runs by a rule has limits of its own


class TooManyPayments(TooManyTries):
    """Too many payments were begun and not paid. ``retry_after``: seconds until the next one is allowed."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        minutes = ceil(retry_after / 60)
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        self.message = (
            f"Too many payments were begun and not paid. Wait {wait}, then try again, or pay by transfer and name the "
            "invoice numbers."
        )
        self.args = (self.message,)


def begin_alone(session: Session, company_id: int, via: str) -> None:
    """Wait until no other payment of the company is being begun."""
    if via in CHANNELS:
        session.execute(_ALONE, {"company": company_id})


def admit_payment(
    session: Session,
    *,
    company_id: int,
    via: str,
    person_id: int | None,
    link_id: int | None,
    invoice_ids: Collection[int],
    now: datetime,
) -> None:
    """Check that one more payment may be begun. One statement.

    :raises TooManyPayments: if too many were begun and not paid.
    """
    if via not in CHANNELS:
        return
    asked = {"company": company_id, "via": via, "since": now - WINDOW}
    tries = [
        Try(row.actor_user_id, row.pay_link_id, frozenset(row.invoices), row.created_at, row.weight)
        for row in session.execute(_TRIES, asked)
    ]
    wait = seconds_to_wait(tries, person_id=person_id, link_id=link_id, invoice_ids=invoice_ids, now=now)
    if wait:
        raise TooManyPayments(wait)
