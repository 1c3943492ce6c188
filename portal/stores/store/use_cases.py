"""Choosing the store that a person works with: pages show its stock and hours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.context.use_cases import set_session_store
from portal.foundation.actor import Actor
from portal.stores.store.facts import record_store_chosen
from portal.stores.store.queries import StoreInfo, store_by_code


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
    record_store_chosen(session, store.id, store_before, actor=actor, now=now)
    return store
