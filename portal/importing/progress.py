"""How far an import is: told to whoever shows it."""

from __future__ import annotations

from typing import Protocol

from portal.importing.files import Tick


class Progress(Protocol):
    """Told the name of a step and how much it is (bytes of a file, or things to write), gives what is to be
    called with what was done of it."""

    def __call__(self, name: str, total: int) -> Tick: ...


def quiet(name: str, total: int) -> Tick:
    """No progress shown."""
    return lambda done: None
