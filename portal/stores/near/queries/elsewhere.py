"""Other stores that have a variant."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.stores.near.queries.nearby import KM, distance_words


@dataclass(frozen=True, slots=True)
class StoreStock:
    """A store's stock of a variant, in units of sale, and its distance from the given store."""

    code: str
    name: str
    country: str
    distance_km: float
    available: int

    @property
    def distance(self) -> str:
        return distance_words(self.distance_km, self.country)


_ELSEWHERE = text(f"""
select s.code, s.name, s.country, s.km, coalesce(k.free, 0)
  from (select s.id, s.code, s.name, s.country,
               {KM.format(latitude="here.latitude", longitude="here.longitude")} as km
          from store here join store s on s.id <> here.id
         where here.id = :store_id
         order by km, s.name limit :limit) s
  left join stock k on k.store_id = s.id and k.variant_id = :variant_id
 order by s.km, s.name
""")


def stock_elsewhere(session: Session, *, variant_id: int, store_id: int, limit: int = 4) -> list[StoreStock]:
    """Stock of a variant at the nearest other stores. One statement."""
    asked = {"variant_id": variant_id, "store_id": store_id, "limit": limit}
    return [StoreStock(*row) for row in session.execute(_ELSEWHERE, asked)]
