"""Looking at one order, and the touchpoint that says so."""

from __future__ import annotations

from portal.orders.tracking.facts import OrderStatusViewed
from portal.orders.tracking.queries.order import OrderDetail, order_for
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db


def seen_order(number: str) -> OrderDetail:
    """The order as its company sees it; that its state was looked at is noted.

    :raises NotFound: when it is not the company's.
    """
    order = order_for(db(), actor(), number)
    viewed(
        OrderStatusViewed(number=order.number, state=order.status),
        account_id=order.company_id,
        store_id=order.store_id,
        links={"order_id": order.id},
    )
    return order
