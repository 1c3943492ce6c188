"""What is known of an imported order's past: its events, and the touchpoint of its placement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.exchange.orders.order import ImportedOrder
from portal.exchange.orders.rows import Numbered
from portal.orders.checkout.facts import OrderCompleted
from portal.touchpoints.recording import Event, record

EVENT_COLUMNS = (
    "order_id",
    "company_id",
    "at",
    "from_state",
    "to_state",
    "actor_user_id",
    "actor_name",
    "actor_kind",
    "on_behalf_of",
    "text",
)


def event_rows(numbered: Iterable[Numbered]) -> Iterator[tuple[Any, ...]]:
    """What is known of the order's history: placed, ready, and its present state."""
    for order_id, o in numbered:
        who = (o.placed_by_id, o.placed_by_name, o.placed_by_kind, o.subject_name if o.reason else "")
        system = (None, "Imported", "system", "")
        yield order_id, o.company_id, o.placed_at, None, "placed", *who, ""
        for at, lines in o.entered.items():
            words = f"Entered then: line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
            yield order_id, o.company_id, at, None, None, *system, words
        if o.ready_at is not None and o.status in {"ready", "collected", "out", "delivered"}:
            yield order_id, o.company_id, o.ready_at, "picking", "ready", *system, ""
        if o.status not in {"placed", "ready"}:
            at = o.closed_at or o.ready_at or o.placed_at
            yield order_id, o.company_id, at, None, o.status, *system, ""


def record_completed(session: Session, order_id: int, o: ImportedOrder) -> None:
    """Record that the order was placed, at the time when it was."""
    record(
        session,
        Event(
            OrderCompleted(
                number=o.number, lines=len(o.lines), fulfilment=o.fulfilment, po_given=bool(o.po_number)
            ),
            actor=actor_on_record(o.placed_by_kind, user_id=o.placed_by_id, company_id=o.company_id),
            now=o.placed_at,
            key=f"order_completed:{o.number}",
            account_id=o.company_id,
            store_id=o.store_id,
            value_minor=o.total_minor,
            currency=o.currency,
            links={"order_id": order_id},
        ),
    )
