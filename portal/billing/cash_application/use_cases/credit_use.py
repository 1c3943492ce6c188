"""Whether a company's credit is used before anything is charged, and for new invoices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.cash_application.facts import record_credit_use_changed
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound

_SET = text("""
insert into payment_terms (company_id, kind, days, use_credit) values (:company, 'net', :days, :on)
on conflict (company_id) do update set use_credit = :on
""")


def set_credit_use(session: Session, *, actor: Actor, on: bool, now: datetime) -> None:
    """Use credit memos and money on account first, or leave them to people. For autopay, scheduled payments and new
    invoices from now on.

    :raises NotFound: if the actor may not administer the company's payments.
    """
    if not actor.can("payments:administer"):
        raise NotFound
    company = session.get_one(Company, actor.customer_id)
    session.execute(_SET, {"company": company.id, "days": company.terms_days, "on": on})
    record_credit_use_changed(session, company.id, on=on, actor=actor, now=now)
