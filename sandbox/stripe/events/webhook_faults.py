"""Owes a delivery to an endpoint; the webhook faults that are switched on decide when, how often and in what order."""

from __future__ import annotations

import time

from sandbox.stripe.controls import faults
from sandbox.stripe.store import Store, Thing


def owe(store: Store, event: Thing, endpoint: Thing) -> None:
    """Plan the delivery of an event."""
    due, copies, state, held_by = time.time(), 1, "pending", None
    fault = faults.take(store, "webhook", event["type"])
    if fault is not None:
        if fault.kind == "webhook_drop":
            state = "dropped"
        elif fault.kind == "webhook_duplicate":
            copies = int(fault.options.get("copies", 2))
        elif fault.kind == "webhook_delay":
            due += float(fault.options.get("seconds", 5))
        elif fault.kind == "webhook_reorder":
            held_by = fault.id
            due += float(fault.options.get("seconds", 5))
    store.run(
        "insert into deliveries (event, endpoint, type, due, copies, state, held_by) values (?, ?, ?, ?, ?, ?, ?)",
        *(event["id"], endpoint["id"], event["type"], due, copies, state, held_by),
    )
    if fault is not None and fault.kind == "webhook_reorder" and fault.left == 0:
        _release(store, fault.id)


def _release(store: Store, fault: int) -> None:
    """Release all held-back deliveries, the last first."""
    store.run(
        "update deliveries set due = ?, rank = -id where held_by = ? and state = 'pending'",
        time.time(),
        fault,
    )
