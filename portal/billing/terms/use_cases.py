"""Changing what is agreed with a company: how much it may owe, by when it pays, and how it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.terms.due import Terms
from portal.billing.terms.facts import record_terms_changed
from portal.foundation.actor import Actor
from portal.foundation.amounts import LARGEST
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.touchpoints.kind import Change

MOST_DAYS, MOST_DISCOUNT = 365, 5000
KINDS, INVOICE_PER = ("net", "eom"), ("shipment", "order")
BEFORE = text("""
select k.limit_minor, coalesce(t.kind, 'net') as kind, coalesce(t.days, c.terms_days) as days,
       coalesce(t.discount_bp, 0) as discount_bp, coalesce(t.discount_days, 0) as discount_days,
       coalesce(t.invoice_per, 'shipment') as invoice_per
  from company c left join payment_terms t on t.company_id = c.id left join credit_account k on k.company_id = c.id
 where c.id = :company for update of c
""")
TERMS = text("""
insert into payment_terms (company_id, kind, days, discount_bp, discount_days, invoice_per)
values (:company, :kind, :days, :discount_bp, :discount_days, :invoice_per)
on conflict (company_id) do update
   set kind = excluded.kind, days = excluded.days, discount_bp = excluded.discount_bp,
       discount_days = excluded.discount_days, invoice_per = excluded.invoice_per
""")
# Waits for orders that are being placed; later ones see the new limit.
LIMIT = text("""
insert into credit_account (company_id, currency, limit_minor) values (:company, :currency, :limit_minor)
on conflict (company_id) do update set limit_minor = excluded.limit_minor
""")


@dataclass(frozen=True, slots=True)
class Agreed:
    """``limit_minor`` in minor units of the company's currency; ``invoice_per``: ``shipment`` or ``order``."""

    limit_minor: int
    terms: Terms
    invoice_per: str


def change_terms(
    session: Session, *, actor: Actor, now: datetime, company: Company, agreed: Agreed
) -> list[str]:
    """Change limit and terms. Invoices that were issued keep their due day and discount; placed orders stay.

    :returns: names of what has changed.
    :raises NotFound: if the actor lacks the permission.
    :raises Rejected: ``terms`` on the field that is out of bounds.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    _check(agreed)
    before = session.execute(BEFORE, {"company": company.id}).one()
    after = _columns(agreed)
    changed = Change(before._asdict(), after).names
    if not changed:
        return []
    asked = {"company": company.id, "currency": company.currency, **after}
    if changed != ["limit_minor"]:
        session.execute(TERMS, asked)
    if "limit_minor" in changed:
        session.execute(LIMIT, asked)
    change = Change(_told(before._asdict(), company.currency), _told(after, company.currency))
    record_terms_changed(session, company.id, change, actor=actor, now=now)
    return changed


def _columns(agreed: Agreed) -> dict[str, str | int]:
    terms = agreed.terms
    return {
        "limit_minor": agreed.limit_minor,
        "kind": terms.kind,
        "days": terms.days,
        "discount_bp": terms.discount_bp,
        "discount_days": terms.discount_days,
        "invoice_per": agreed.invoice_per,
    }


def _told(values: Mapping[str, Any], currency: str) -> dict[str, object]:
    """As the log holds them: the limit as an amount."""
    limit = values["limit_minor"]
    return {**values, "limit_minor": None if limit is None else format_minor(limit, currency)}


def _check(agreed: Agreed) -> None:
    terms = agreed.terms
    if terms.kind not in KINDS:
        raise Rejected("terms", "Choose how the due day is counted.", field="kind")
    if agreed.invoice_per not in INVOICE_PER:
        raise Rejected("terms", "Choose what an invoice is for.", field="invoice_per")
    if not 0 <= agreed.limit_minor <= LARGEST:
        raise Rejected("terms", "Enter an amount of zero or more.", field="limit")
    if not 0 <= terms.days <= MOST_DAYS:
        raise Rejected("terms", f"Enter whole days from 0 to {MOST_DAYS}.", field="days")
    if not 0 <= terms.discount_bp <= MOST_DISCOUNT:
        raise Rejected(
            "terms", "Enter a percentage from 0 to 50, with two decimals at most.", field="discount"
        )
    if terms.discount_bp and not 1 <= terms.discount_days <= MOST_DAYS:
        raise Rejected("terms", f"Enter whole days from 1 to {MOST_DAYS}.", field="discount_days")
