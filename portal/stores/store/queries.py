"""Stores as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """A store: location, phone, and how fast it works. Minutes are open minutes."""

    id: int
    code: str
    name: str
    line1: str
    city: str
    region: str
    postcode: str
    country: str
    latitude: float
    longitude: float
    time_zone: str
    phone: str
    lead_minutes: int
    tint_minutes: int
    window_minutes: int
    window_capacity: int

    @property
    def address(self) -> str:
        """Street and town on one line, in the format of the store's country."""
        if self.country in {"US", "CA", "GB", "AU"}:
            return f"{self.line1}, {self.city}, {self.region} {self.postcode}"
        return f"{self.line1}, {self.postcode} {self.city}"


@dataclass(frozen=True, slots=True)
class City:
    """A town with stores, located at their center."""

    name: str
    region: str
    stores: int
    latitude: float
    longitude: float

    @property
    def key(self) -> str:
        return f"{self.name}, {self.region}" if self.region else self.name


# Shared by all queries that return StoreInfo; alias s.
COLUMNS = """
s.id, s.code, s.name, s.line1, s.city, s.region, s.postcode, s.country, s.latitude, s.longitude, s.time_zone,
s.phone, s.lead_minutes, s.tint_minutes, s.window_minutes, s.window_capacity
"""
_WIDTH = len(StoreInfo.__dataclass_fields__)
_BY_ID = text(f"select {COLUMNS} from store s where s.id = any(:ids)")
_BY_CODE = text(f"select {COLUMNS} from store s where s.code = :code")
_ALL = text(f"select {COLUMNS} from store s order by s.name, s.code")
_CITIES = text("""
select city, region, count(*), avg(latitude), avg(longitude) from store group by city, region order by region, city
""")


def store_info(row: Any) -> StoreInfo:
    """A row that begins with :data:`COLUMNS`."""
    return StoreInfo(*row[:_WIDTH])


def stores_by_id(session: Session, ids: Iterable[int]) -> dict[int, StoreInfo]:
    """Stores by id; unknown ids are left out. One statement."""
    wanted = sorted(set(ids))
    return {row[0]: store_info(row) for row in session.execute(_BY_ID, {"ids": wanted})} if wanted else {}


def store_by_code(session: Session, code: str) -> StoreInfo:
    """A store by its code (case is ignored).

    :raises NotFound: if there is none.
    """
    row = session.execute(_BY_CODE, {"code": code.upper()}).one_or_none()
    if row is None:
        row = session.execute(_BY_CODE, {"code": code}).one_or_none()
    if row is None:
        raise NotFound
    return store_info(row)


def all_stores(session: Session) -> list[StoreInfo]:
    """Every store by name. One statement."""
    return [store_info(row) for row in session.execute(_ALL)]


def cities(session: Session) -> list[City]:
    """Towns that have a store, by state. One statement."""
    return [City(*row) for row in session.execute(_CITIES)]
