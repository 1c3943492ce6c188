"""The row of a new order with its first event, written in one statement."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.checkout.new_order import NewOrder
from portal.orders.numbers import PREFIX

# One statement: a draft, or a token, that has become an order already gives no row back.
ORDER = text("""
with o as (
  insert into sales_order (
    number, company_id, draft_id, placement_token, placement_fingerprint, status, fulfilment, store_id, window_start,
    window_end, delivery_date, promised_at, pickup_code, pickup_person, pickup_phone, ship_to, po_number, job_id,
    job_name, note, currency, total_minor, tax_minor, tax_region, exemption, line_count, tint_quantity,
    placed_by_user_id, placed_by_name, subject_user_id, subject_name, delegation_id, on_behalf_reason, placed_at,
    order_limit_minor, rep_limit_minor, approved_by_user_id, approved_by_name)
  values (
    :prefix || nextval('order_number_seq'), :company, :draft, :token, :fingerprint, 'placed', :fulfilment, :store,
    :window_start, :window_end, :delivery_date, :promised_at, :pickup_code, :pickup_person, :pickup_phone,
    cast(:ship_to as jsonb), :po_number, :job, :job_name, :note, :currency, :total, :tax, :tax_region,
    cast(:exemption as jsonb), :line_count, :tint_quantity, :placed_by, :placed_by_name, :subject, :subject_name,
    :delegation, :reason, :now, :limit, :rep_limit, :approved_by, :approved_by_name)
  on conflict do nothing
  returning id, number
), e as (
  insert into order_event (order_id, company_id, at, to_state, actor_user_id, actor_name, actor_kind, on_behalf_of, text)
  select o.id, :company, :now, 'placed', :event_by, :event_by_name, :actor_kind, :on_behalf_of, :event_text from o
), d as (
  update draft set state = 'placed', updated_at = :now from o where draft.id = :draft
)
select id, number from o
""")


def write_order(session: Session, order: NewOrder, *, actor: Actor, now: datetime) -> tuple[int, str] | None:
    """Insert the order with its first event, and mark the draft as placed. Returns (id, number), or None if the draft
    or the token has become an order already."""
    values = {
        **_order(order),
        **_fulfilment(order),
        **_people(order, actor),
        **_event(order, actor),
        "now": now,
    }
    row = session.execute(ORDER, values).one_or_none()
    return (row.id, row.number) if row else None


# What a statement is given: text, numbers, moments, as many kinds as columns have.
Values = dict[str, object]


def _order(order: NewOrder) -> Values:
    draft, job, taxed = order.head.draft, order.head.job, order.taxed
    return {
        "prefix": PREFIX,
        "company": order.company_id,
        "draft": draft.id,
        "token": order.token,
        "fingerprint": order.fingerprint,
        "po_number": order.po_number,
        "job": draft.job_id,
        "job_name": job.name if job else "",
        "note": draft.note,
        "currency": order.currency,
        "total": order.total_minor,
        "tax": order.tax_minor,
        "tax_region": taxed.region if order.tax_minor or taxed.exemption else "",
        "exemption": json.dumps(taxed.exemption) if taxed.exemption else None,
        "line_count": order.line_count,
        "tint_quantity": order.tint_quantity,
    }


def _fulfilment(order: NewOrder) -> Values:
    draft = order.head.draft
    pickup = draft.fulfilment == "pickup"
    return {
        "fulfilment": draft.fulfilment,
        "store": draft.store_id,
        "window_start": order.window_start,
        "window_end": draft.window_end if pickup else None,
        "delivery_date": None if pickup else draft.delivery_date,
        "promised_at": order.promised_at,
        "pickup_code": order.pickup_code,
        "pickup_person": draft.pickup_person if pickup else "",
        "pickup_phone": draft.pickup_phone if pickup else "",
        "ship_to": json.dumps(order.ship_to) if order.ship_to else None,
    }


def _people(order: NewOrder, actor: Actor) -> Values:
    approver = order.approver
    return {
        "placed_by": actor.user_id,
        "placed_by_name": actor.name,
        "subject": actor.subject_user_id,
        "subject_name": order.subject_name,
        "delegation": actor.delegation_id,
        "reason": actor.reason or "",
        "limit": order.limits.person_minor,
        "rep_limit": order.limits.rep_minor,
        "approved_by": approver.user_id if approver else None,
        "approved_by_name": approver.name if approver else "",
    }


def _event(order: NewOrder, actor: Actor) -> Values:
    """What the order's history says first."""
    approver, by = order.approver, order.approver or actor
    return {
        "event_by": by.user_id,
        "event_by_name": by.name,
        "actor_kind": by.kind,
        "on_behalf_of": order.subject_name if approver or actor.is_acting else "",
        "event_text": "Approved and placed on account" if approver else "Placed on account",
    }
