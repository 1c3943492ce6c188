"""Write the demo as the CSV files that the import reads."""

from __future__ import annotations

import csv
from pathlib import Path

from sandbox.demo.columns import COLUMNS
from sandbox.demo.files import ROWS
from sandbox.demo.world import World


def write(world: World, folder: Path) -> dict[str, int]:
    """Write one file for each noun into `folder`, which is made where it is missing; returns rows by file."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, columns in COLUMNS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(columns)
            counts[name] = 0
            for row in ROWS[name](world):
                out.writerow(row)
                counts[name] += 1
    return counts
