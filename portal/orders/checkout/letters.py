"""The confirmation of an order: a row and a job, committed with it and sent afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.actor import Actor
from portal.foundation.mail import post
from portal.foundation.money import format_minor
from portal.orders.checkout.new_order import NewOrder
from portal.orders.promise import when_words, window_words
from portal.stores.models import Store


def confirm(
    session: Session, order: NewOrder, *, order_id: int, number: str, actor: Actor, now: datetime
) -> None:
    """Confirm to the customer's person: the one who placed it, or the one whom a rep acted for."""
    email, language = actor.email, actor.language
    if actor.is_acting:
        email, language = session.execute(
            select(User.email, User.language).where(User.id == actor.acting_for_user_id)
        ).one()
    post(
        session,
        key=f"order_confirmation:{number}",
        kind="order_confirmation",
        to_email=email,
        to_name=order.subject_name,
        language=language,
        company_id=order.company_id,
        order_id=order_id,
        data=_data(order, number, actor, now),
    )


def _data(order: NewOrder, number: str, actor: Actor, now: datetime) -> dict[str, Any]:
    draft, store = order.head.draft, order.head.store
    zone = store.time_zone if store else "UTC"
    window = ""
    if order.window_start and draft.window_end:
        window = window_words(order.window_start, draft.window_end, zone, now)
    return {
        "number": number,
        "path": f"/orders/{number}",
        "company": order.head.company.name,
        "total": format_minor(order.total_minor, order.currency),
        "tax": format_minor(order.tax_minor, order.currency) if order.tax_minor else "",
        "tax_words": order.taxed.words,
        "exempt": order.taxed.exemption["certificate_number"] if order.taxed.exemption else "",
        "lines": order.line_count,
        "po_number": order.po_number,
        "job": order.head.job.name if order.head.job else "",
        "fulfilment": draft.fulfilment,
        "promised": when_words(order.promised_at, zone, now) if order.promised_at else "",
        "window": window,
        "code": order.pickup_code or "",
        "pickup_person": draft.pickup_person if order.pickup_code else "",
        "ship_to": order.ship_to or {},
        "store": _store(store),
        "placed_by": actor.name,
        "on_behalf": actor.is_acting,
        "reason": actor.reason or "",
        "approved_by": order.approver.name if order.approver else "",
    }


def _store(store: Store | None) -> dict[str, str]:
    names = ("name", "line1", "city", "region", "postcode", "phone")
    return {name: getattr(store, name) for name in names} if store else {}
