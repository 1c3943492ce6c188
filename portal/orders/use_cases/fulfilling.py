"""What the store does with an order, in one place to import from."""

from __future__ import annotations

from portal.orders.use_cases.accepting import accept
from portal.orders.use_cases.backorders import fulfil_backorders
from portal.orders.use_cases.delivery import change_promise, deliver, dispatch
from portal.orders.use_cases.handover import hand_over, note_wrong_code
from portal.orders.use_cases.picking import start_picking, tint_done
from portal.orders.use_cases.readiness import mark_ready
from portal.orders.use_cases.returning import take_back
from portal.orders.use_cases.shortages import short_pick

__all__ = [
    "accept",
    "change_promise",
    "deliver",
    "dispatch",
    "fulfil_backorders",
    "hand_over",
    "mark_ready",
    "note_wrong_code",
    "short_pick",
    "start_picking",
    "take_back",
    "tint_done",
]
