"""Booking pickup windows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.errors import Rejected

# Database functions: a customer's request writes of windows nothing else (migration 0030e).
_BOOK = text("select book_pickup(:store_id, :starts_at, :capacity)")
_UNBOOK = text("select unbook_pickup(:store_id, :starts_at)")


class WindowFull(Rejected):
    """Other orders have taken all places of the window."""

    def __init__(self) -> None:
        message = "That pickup window has just filled up. Choose another one."
        super().__init__("window_full", message, field="window", outcome="conflict")


def book_window(session: Session, *, store_id: int, starts_at: datetime, capacity: int) -> None:
    """Book one place in a pickup window; the first booking creates the row.

    :param capacity: orders that the window takes, as currently set by the store.
    :raises WindowFull: if other orders have taken all places.
    """
    asked = {"store_id": store_id, "starts_at": starts_at, "capacity": capacity}
    booked = session.execute(_BOOK, asked).scalar() if capacity > 0 else None
    if booked is None:
        raise WindowFull


def unbook_window(session: Session, *, store_id: int, starts_at: datetime) -> None:
    """Release one place in a pickup window; does nothing if none is booked."""
    session.execute(_UNBOOK, {"store_id": store_id, "starts_at": starts_at})
