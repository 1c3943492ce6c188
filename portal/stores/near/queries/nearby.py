"""The stores near a place, with what each has of the wanted variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.stores.hours.opening import Schedule
from portal.stores.hours.queries import schedules
from portal.stores.store.queries import COLUMNS, StoreInfo, store_info

MILES_PER_KM = 0.621371
USES_MILES = frozenset({"US", "GB"})


def distance_words(km: float, country: str) -> str:
    """``0.8 mi``, or kilometers where people use them."""
    amount, unit = (km * MILES_PER_KM, "mi") if country in USES_MILES else (km, "km")
    return f"{amount:,.1f} {unit}" if amount < 10 else f"{amount:,.0f} {unit}"


@dataclass(frozen=True)
class NearStore:
    """A store with its distance (None: no position given), hours, and stock of the wanted variants.

    ``wants`` and ``available`` are units of sale by variant id.
    """

    store: StoreInfo
    schedule: Schedule
    distance_km: float | None
    wants: Mapping[int, int]
    available: Mapping[int, int]

    @property
    def lines_total(self) -> int:
        return len(self.wants)

    @property
    def short(self) -> dict[int, int]:
        """Available units of variants of which there are fewer than wanted."""
        return {
            variant_id: self.available.get(variant_id, 0)
            for variant_id, quantity in self.wants.items()
            if self.available.get(variant_id, 0) < quantity
        }

    @property
    def lines_available(self) -> int:
        return self.lines_total - len(self.short)

    @property
    def has_all(self) -> bool:
        return not self.short

    @property
    def distance(self) -> str:
        """In the unit of the store's country; empty if unknown."""
        return "" if self.distance_km is None else distance_words(self.distance_km, self.store.country)


# Great-circle distance on a sphere of the earth's mean radius; `least` keeps rounding errors out of the domain of asin.
KM = """2 * 6371.0088 * asin(least(1, sqrt(power(sin(radians(s.latitude - {latitude}) / 2), 2)
  + cos(radians({latitude})) * cos(radians(s.latitude)) * power(sin(radians(s.longitude - {longitude}) / 2), 2))))"""
_NEAR = text(f"""
select {COLUMNS}, s.km, stock.found
  from (select s.*, case when cast(:latitude as float8) is not null
                         then {KM.format(latitude=":latitude", longitude=":longitude")} end as km
          from store s
         order by km, s.name
         limit :limit) s
  left join lateral (
       select jsonb_object_agg(k.variant_id, k.free) as found
         from stock k
        where k.store_id = s.id and k.variant_id = any(:variant_ids)) stock on true
 order by s.km, s.name
""")


def stores_near(
    session: Session,
    *,
    latitude: float | None,
    longitude: float | None,
    wants: Mapping[int, int],
    limit: int = 10,
) -> list[NearStore]:
    """Stores by distance from a position in degrees (by name without one), with their stock of ``wants``
    (variant id → units of sale). Two statements regardless of the number of stores and lines: stock, and hours.
    """
    if latitude is None or longitude is None:
        latitude = longitude = None
    rows = session.execute(
        _NEAR, {"latitude": latitude, "longitude": longitude, "limit": limit, "variant_ids": sorted(wants)}
    ).all()
    hours = schedules(session, [row.id for row in rows])
    return [_near(row, hours[row.id], wants) for row in rows]


def _near(row: Any, schedule: Schedule, wants: Mapping[int, int]) -> NearStore:
    found = {int(variant_id): free for variant_id, free in (row.found or {}).items()}
    available = {variant_id: found.get(variant_id, 0) for variant_id in wants}
    return NearStore(store_info(row), schedule, row.km, wants, available)
