"""Progress bars of commands that take a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from portal.intake.progress import Progress


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A bar for each step on a terminal; nothing where the output goes to a file."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    shown = console.is_terminal
    with progress.Progress(*_columns(), console=console, disable=not shown, transient=True) as bars:

        def begin(name: str, total: int) -> Callable[[int], None]:
            task = bars.add_task(name, total=total)
            return lambda done: bars.advance(task, done)

        yield begin


def _columns() -> tuple[ProgressColumn, ...]:
    """What a bar shows: the step, how much of it is done, and the time that it took and is going to take."""
    from rich import progress

    return (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
    )
