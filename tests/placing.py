"""Placing orders in tests: one request each, or many at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.models.credit import CreditAccount
from portal.foundation.actor import Actor
from portal.orders.checkout.use_cases.placed import Placed
from portal.orders.checkout.use_cases.placement import place
from tests.builders import NOW
from tests.shop import TODAY, shown_for


def send(
    sessions: sessionmaker[Session], actor: Actor, draft_id: int, token: str = "t1", shown: str | None = None
) -> Placed:
    """One request: its own connection, committed or rolled back."""
    with sessions() as session, session.begin():
        shown = shown if shown is not None else shown_for(session, actor, draft_id)
        return place(session, actor=actor, now=NOW, today=TODAY, draft_id=draft_id, token=token, shown=shown)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each in a thread; results or exceptions in order."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(at: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[at] = call()
        except Exception as error:
            results[at] = error

    threads = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return results


def kept_waiting(sessions: sessionmaker[Session], holder: Session, *calls: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment while ``holder`` has the credit's row; it commits when they all wait for it."""
    results: list[Any] = []
    placing = threading.Thread(target=lambda: results.extend(together(*calls)))
    placing.start()
    waiting = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%credit_account%'"
    )
    with sessions() as watcher:
        until = time.monotonic() + 60
        while (watcher.scalar(waiting) or 0) < len(calls) and time.monotonic() < until:
            watcher.rollback()
            time.sleep(0.02)
    holder.commit()
    placing.join(300)
    return results


def used(session: Session, company: Company) -> int:
    return session.scalar(select(CreditAccount.used_minor).where(CreditAccount.company_id == company.id)) or 0
