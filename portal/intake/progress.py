"""Progress of an import, for a display."""

from __future__ import annotations

from typing import Protocol

from portal.intake.tables import Tick


class Progress(Protocol):
    """Begins a step of so many bytes or rows; the function that it returns is called with how many more are done."""

    def __call__(self, name: str, total: int) -> Tick: ...


def quiet(name: str, total: int) -> Tick:
    """No progress shown."""
    return lambda done: None
