"""Choosing the store that a person works with: pages show its stock and hours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.context.use_cases import set_session_store
from portal.foundation.actor import Actor
from portal.foundation.clock import to_microseconds
from portal.stores.store.facts import PickupStoreSelected
from portal.stores.store.queries import StoreInfo, store_by_code
from portal.touchpoints.recording import Event, record


def choose_store(
    session: Session, *, actor: Actor, now: datetime, code: str, store_before: int | None
) -> StoreInfo:
    """Work with this store from now on, in this session and the next.

    :param store_before: id of the current store.
    :raises NotFound: if there is no such store.
    """
    store = store_by_code(session, code)
    if store.id == store_before:
        return store
    set_session_store(session, actor=actor, store_id=store.id)
    record(
        session,
        Event(
            PickupStoreSelected(store_before=store_before),
            actor=actor,
            now=now,
            key=f"pickup_store_selected:{actor.session_id}:{to_microseconds(now)}",
            account_id=actor.company_id,
            store_id=store.id,
        ),
    )
    return store
