"""The invented facts of the demo as text tables: one row a line, fields between `|`, comments begin with `#`."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of `NAME.txt` in this folder, each field without white space around it."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    kept = (line for line in lines if line.strip() and not line.startswith("#"))
    return tuple(tuple(field.strip() for field in line.split("|")) for line in kept)
