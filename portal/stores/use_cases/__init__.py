"""What is done with stores: stock is held, windows are booked, a store is chosen."""

from __future__ import annotations

from portal.stores.use_cases.booking import book_window, unbook_window
from portal.stores.use_cases.choosing import choose_store
from portal.stores.use_cases.holding import issue, put_back, release, reserve

__all__ = ["book_window", "choose_store", "issue", "put_back", "release", "reserve", "unbook_window"]
