"""Reserving stock for orders, releasing it, issuing it.

Stock rows are always locked in the order of their variants' ids, in one statement, before a second one changes them.
This fixed lock order prevents deadlocks between orders for the same goods.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

# Database functions: a customer's request has no other permission to write stock (migration 0012).
_LOCK = text("select variant_id, free from lock_stock(:store_id, cast(:ids as bigint[]))")
_HOLD = text("select hold_stock(:store_id, cast(:ids as bigint[]), cast(:quantities as int[]))")
_RELEASE = text("select release_stock(:store_id, cast(:ids as bigint[]), cast(:quantities as int[]))")
_ISSUE = text("""
update stock set on_hand = on_hand - w.quantity, reserved = reserved - w.quantity
  from unnest(cast(:ids as bigint[]), cast(:quantities as int[])) as w(variant_id, quantity)
 where stock.store_id = :store_id and stock.variant_id = w.variant_id
""")
# A count may say already that some of them are not there.
_WRITE_OFF = text("""
update stock set on_hand = on_hand - greatest(0, w.quantity - greatest(0, reserved - on_hand)),
                 reserved = reserved - w.quantity
  from unnest(cast(:ids as bigint[]), cast(:quantities as int[])) as w(variant_id, quantity)
 where stock.store_id = :store_id and stock.variant_id = w.variant_id
""")

_PUT_BACK = text("""
insert into stock (store_id, variant_id, on_hand)
select :store_id, w.variant_id, w.quantity
  from unnest(cast(:ids as bigint[]), cast(:quantities as int[])) as w(variant_id, quantity)
 order by w.variant_id
on conflict (store_id, variant_id) do update set on_hand = stock.on_hand + excluded.on_hand
""")


def reserve(
    session: Session, *, store_id: int, wants: Mapping[int, int], partial: bool = False
) -> dict[int, int]:
    """Reserve stock for an order: variant id → units of sale wanted.

    All or nothing: if anything is short, nothing is reserved. With ``partial`` whatever is available is reserved. A
    variant without a stock row has none. The rows stay locked until the transaction ends.

    :returns: the available units of each variant that is short; empty if everything is reserved.
    """
    wanted = _positive(wants)
    free = _lock(session, store_id, wanted)
    short = {each: free.get(each, 0) for each, n in wanted.items() if free.get(each, 0) < n}
    if short and not partial:
        return short
    _change(session, _HOLD, store_id, {each: short.get(each, n) for each, n in wanted.items()})
    return short


def release(session: Session, *, store_id: int, quantities: Mapping[int, int]) -> None:
    """Release reserved stock (cancelled, or short-picked): variant id → units of sale.

    :raises LookupError: if there is no stock row, so nothing can have been reserved.
    """
    _settle(session, store_id, _positive(quantities), _RELEASE)


def issue(session: Session, *, store_id: int, quantities: Mapping[int, int]) -> None:
    """Issue reserved stock: it leaves both the stock on hand and the reservation. Variant id → units of sale.

    :raises LookupError: if there is no stock row, so nothing can have been reserved.
    """
    _settle(session, store_id, _positive(quantities), _ISSUE)


def write_off(session: Session, *, store_id: int, quantities: Mapping[int, int]) -> None:
    """Give up reserved stock that is not there: variant id → units of sale. Units that the count does not hold anyway
    are not taken from it again.

    :raises LookupError: if there is no stock row, so nothing can have been reserved.
    """
    _settle(session, store_id, _positive(quantities), _WRITE_OFF)


def put_back(session: Session, *, store_id: int, quantities: Mapping[int, int]) -> None:
    """Return sold goods to stock: variant id → units of sale. One statement, in the order of variants."""
    back = _positive(quantities)
    if back:
        session.execute(
            _PUT_BACK, {"store_id": store_id, "ids": list(back), "quantities": list(back.values())}
        )


def _positive(quantities: Mapping[int, int]) -> dict[int, int]:
    if any(quantity < 0 for quantity in quantities.values()):
        raise ValueError("a quantity of stock cannot be negative")
    return {each: quantities[each] for each in sorted(quantities) if quantities[each]}


def _lock(session: Session, store_id: int, quantities: Mapping[int, int]) -> dict[int, int]:
    if not quantities:
        return {}
    rows = session.execute(_LOCK, {"store_id": store_id, "ids": list(quantities)})
    return {row.variant_id: row.free for row in rows}


def _change(session: Session, change: TextClause, store_id: int, quantities: Mapping[int, int]) -> None:
    moved = {each: quantity for each, quantity in quantities.items() if quantity}
    if moved:
        asked = {"store_id": store_id, "ids": list(moved), "quantities": list(moved.values())}
        session.execute(change, asked)


def _settle(session: Session, store_id: int, quantities: Mapping[int, int], change: TextClause) -> None:
    missing = quantities.keys() - _lock(session, store_id, quantities).keys()
    if missing:
        raise LookupError(f"store {store_id} has no stock row of variants {sorted(missing)}")
    _change(session, change, store_id, quantities)
