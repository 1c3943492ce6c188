"""Reads of stores: hours, stock, windows, and which of them are near."""

from __future__ import annotations

from portal.stores.queries.elsewhere import StoreStock, stock_elsewhere
from portal.stores.queries.hours import schedules
from portal.stores.queries.nearby import NearStore, stores_near
from portal.stores.queries.stock import available
from portal.stores.queries.store_list import City, StoreInfo, all_stores, cities, store_by_code, stores_by_id
from portal.stores.queries.windows import OpenWindow, open_windows

__all__ = [
    "City",
    "NearStore",
    "OpenWindow",
    "StoreInfo",
    "StoreStock",
    "all_stores",
    "available",
    "cities",
    "open_windows",
    "schedules",
    "stock_elsewhere",
    "store_by_code",
    "stores_by_id",
    "stores_near",
]
