"""What every act of the sandbox is given: the store, the hour, and the request it serves."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.stripe.store import Store, Thing
from sandbox.stripe.wire.errors import missing

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Context:
    """One request, one page or one timer at work."""

    store: Store
    address: str
    request_id: str | None = None
    idempotency_key: str | None = None
    now: int = field(default_factory=lambda: int(time.time()))

    def need(self, kind: str, given: Any, param: str = "id") -> Thing:
        """The object, or Stripe's *No such …*.

        :raises ApiError: when there is none.
        """
        found = self.store.get(kind, given)
        if found is None:
            raise missing(kind, given, param)
        return found


def merged(old: Thing | None, given: Any) -> Thing:
    """Metadata after an update: an empty value removes its key, an empty string removes all."""
    if given == "":
        return {}
    kept = {**(old or {}), **(given or {})}
    return {key: value for key, value in kept.items() if value != ""}


def listed(data: list[Thing], url: str, *, more: bool = False) -> Thing:
    """A page of objects in Stripe's envelope."""
    return {"object": "list", "data": data, "has_more": more, "url": url}
