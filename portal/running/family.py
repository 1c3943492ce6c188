"""All children of one ``portal run``: started in order, started again when they fall, stopped in order."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from portal.running.children import Child, Plan

# Seconds before a fallen child is started again: doubled with each fall, and short again once it has run for a while.
FIRST_PAUSE, LONGEST_PAUSE, LONG_LIFE = 1.0, 30.0, 60.0
# The portal first, so that the worker can still run what its last requests deferred; the sandboxes last.
STOP_ORDER = {"portal": 0, "worker": 1}
Say = Callable[[str], None]


class Family:
    """The children, and what is due to be started again.

    :param logs: folder for one log of each child.
    """

    def __init__(self, logs: Path, say: Say) -> None:
        self._logs = logs
        self._say = say
        self._children: dict[str, Child] = {}
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def start(self, plan: Plan) -> None:
        """Start a child."""
        self._children[plan.name] = Child(plan, self._logs / f"{plan.name.split()[0]}.log")

    def fallen(self) -> Child | None:
        """A child that has ended and that nobody has mentioned yet."""
        ended = (each for each in self._children.values() if each.returncode is not None)
        return next((each for each in ended if each.plan.name not in self._due), None)

    def look_after(self) -> None:
        """Say which child fell, and start those again whose pause is over."""
        while (child := self.fallen()) is not None:
            name, now = child.plan.name, time.monotonic()
            before = self._pauses.get(name, 0.0) if now - child.began < LONG_LIFE else 0.0
            self._pauses[name] = pause = min(max(before * 2, FIRST_PAUSE), LONGEST_PAUSE)
            self._due[name] = now + pause
            self._say(f"{child.obituary()} It is started again in {pause:.0f} s.")
        for name in [each for each, due in self._due.items() if due <= time.monotonic()]:
            del self._due[name]
            self.start(self._children[name].plan)

    def stop(self) -> None:
        """Stop all of them."""
        for child in sorted(self._children.values(), key=lambda each: STOP_ORDER.get(each.plan.name, 2)):
            child.stop()
