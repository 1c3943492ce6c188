"""What happens later: sessions run out, bank debits arrive or bounce. Advancing time brings it nearer."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from sandbox.stripe.context import Context
from sandbox.stripe.store import Store
from sandbox.stripe.wire.errors import ApiError

DAY = 24 * 3600


def plan(ctx: Context, seconds: float, task: str, given: str) -> None:
    """Do a task for an object after that many seconds."""
    ctx.store.run(
        "insert into timers (due, task, object) values (?, ?, ?)", time.time() + seconds, task, given
    )


def cancel(ctx: Context, task: str, given: str) -> None:
    """Don't do it after all."""
    ctx.store.run("delete from timers where task = ? and object = ?", task, given)


def run_due(make: Callable[[], Context], tasks: dict[str, Callable[[Context, str], None]]) -> int:
    """Carry out what is due, each in its own transaction; says how many."""
    done = 0
    while True:
        ctx = make()
        if not ctx.store.rows("select 1 from timers where due <= ? limit 1", time.time()):
            return done
        with ctx.store.transaction():
            rows = ctx.store.rows("select * from timers where due <= ? order by due, id limit 1", time.time())
            if not rows:
                return done
            ctx.store.run("delete from timers where id = ?", rows[0]["id"])
            with suppress(ApiError):  # overtaken by what happened in the meantime
                tasks[rows[0]["task"]](ctx, rows[0]["object"])
            done += 1


def advance(store: Store, seconds: float) -> None:
    """Bring everything that waits nearer. The machine's clock, which the portal shares, does not change."""
    with store.transaction():
        store.run("update timers set due = due - ?", seconds)
        store.run("update deliveries set due = due - ? where state = 'pending'", seconds)
        store.run("update keys set created = created - ?", seconds)
        for session in store.where("checkout.session", status="open"):
            session["expires_at"] -= int(seconds)
            store.save(session)
