"""Drafts, orders, approvals and what happened to them."""

from portal.orders.models.approvals import OrderApproval
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.models.orders import Bought, Order, OrderEvent, OrderLine, order_number

__all__ = [
    "Bought",
    "Draft",
    "DraftLine",
    "Order",
    "OrderApproval",
    "OrderEvent",
    "OrderLine",
    "order_number",
]
