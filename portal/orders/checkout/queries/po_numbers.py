"""PO numbers that a company has used before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.orders.models.orders import Order


@dataclass(frozen=True, slots=True)
class EarlierOrder:
    """An order that carries the same PO number."""

    number: str
    placed_at: datetime


def earlier_order(session: Session, *, company_id: int, po_number: str) -> EarlierOrder | None:
    """The newest order of the company with this PO number, whatever its case; cancelled ones are left out. One
    statement."""
    spelled = {po_number, po_number.upper(), po_number.lower()}
    row = session.execute(
        select(Order.number, Order.placed_at)
        .where(Order.company_id == company_id, Order.po_number.in_(spelled))
        .where(Order.kind == "order", Order.status != "cancelled")
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(1)
    ).one_or_none()
    return EarlierOrder(*row) if row else None
