"""Reading one order for its company's pages, with the touchpoint."""

from __future__ import annotations

from portal.orders.tracking.detail import OrderDetail
from portal.orders.tracking.facts import OrderStatusViewed
from portal.orders.tracking.queries.order import order_for
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db


def seen_order(number: str) -> OrderDetail:
    """The order as its company sees it; the view is recorded with the state it showed.

    :raises NotFound: if it is not the company's.
    """
    order = order_for(db(), actor(), number)
    viewed(
        OrderStatusViewed(number=order.number, state=order.status),
        account_id=order.company_id,
        store_id=order.store_id,
        links={"order_id": order.id},
    )
    return order
