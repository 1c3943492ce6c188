"""Faults that are switched on for the next n matching requests or events. They are kept like everything else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.stripe.store import Store, Thing

# What each does, and the options it takes; docs/stripe-sandbox.md says the same, held by a test.
KINDS: dict[str, tuple[str, ...]] = {
    "lose_answer": (),
    "cut_before": (),
    "error_500": ("acted",),
    "rate_limit": (),
    "slow": ("seconds",),
    "late_answer": ("seconds",),
    "html": ("acted",),
    "broken_json": ("acted",),
    "kill_before": ("pid",),
    "kill_after": ("pid",),
    "webhook_duplicate": ("copies",),
    "webhook_reorder": ("seconds",),
    "webhook_delay": ("seconds",),
    "webhook_drop": (),
}
ANY_REQUEST = "POST /v1/*"


@dataclass(frozen=True)
class Fault:
    """One that has just been taken."""

    id: int
    kind: str
    left: int
    options: dict[str, Any]


def switch_on(store: Store, kind: str, match: str, times: int, options: Thing) -> int:
    """Arm a fault.

    :raises ValueError: for an unknown kind or option.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no fault {kind!r}; there are {', '.join(KINDS)}.")
    unknown = set(options) - set(KINDS[kind])
    if unknown:
        raise ValueError(
            f"The fault {kind} knows {', '.join(KINDS[kind]) or 'no options'}, not {', '.join(unknown)}."
        )
    if times < 1:
        raise ValueError("times is at least 1.")
    match = match or ("*" if kind.startswith("webhook_") else ANY_REQUEST)
    return store.run(
        "insert into faults (kind, match, left, options) values (?, ?, ?, ?)",
        *(kind, match, times, json.dumps(options)),
    )


def take(store: Store, family: str, subject: str) -> Fault | None:
    """The first armed fault that matches ``POST /v1/refunds`` or an event's type; it has then one time less."""
    if not store.rows("select 1 from faults where left > 0 limit 1"):
        return None
    with store.transaction():
        for row in store.rows("select * from faults where left > 0 order by id"):
            if row["kind"].startswith("webhook_") == (family == "webhook") and fnmatchcase(
                subject, row["match"]
            ):
                store.run("update faults set left = left - 1, used = used + 1 where id = ?", row["id"])
                return Fault(row["id"], row["kind"], row["left"] - 1, json.loads(row["options"]))
    return None


def armed(store: Store) -> list[Thing]:
    """All faults, used up ones too."""
    found = [dict(row) for row in store.rows("select * from faults order by id")]
    return [{**row, "options": json.loads(row["options"])} for row in found]


def clear(store: Store) -> None:
    """Switch all off."""
    store.run("delete from faults")
