"""Stock that a store can promise."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

_AVAILABLE = text("select variant_id, free from stock where store_id = :store_id and variant_id = any(:ids)")


def available(session: Session, *, store_id: int, variant_ids: Iterable[int]) -> dict[int, int]:
    """Units of sale that can still be promised, for each given variant. A missing row counts as zero.

    One statement, without a lock: what is shown may be gone a moment later; reserving decides.
    """
    found = dict.fromkeys(sorted(set(variant_ids)), 0)
    if found:
        rows = session.execute(_AVAILABLE, {"store_id": store_id, "ids": list(found)})
        found.update((variant_id, free) for variant_id, free in rows)
    return found
