"""The lines of a company's orders, as rows for an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.orders.models.orders import OrderLine
from portal.orders.tracking.queries.history import HistoryRow


def lines_of(
    session: Session, *, company_id: int, orders: Sequence[HistoryRow]
) -> Mapping[int, list[OrderLine]]:
    """The lines of these orders by order, each in the order's own sequence. One statement."""
    found: dict[int, list[OrderLine]] = {order.id: [] for order in orders}
    rows = session.scalars(
        select(OrderLine)
        .where(OrderLine.company_id == company_id, OrderLine.order_id.in_(found))
        .order_by(OrderLine.order_id, OrderLine.line_no)
    )
    for line in rows:
        found[line.order_id].append(line)
    return found
