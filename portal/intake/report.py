"""What an import did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from portal.intake.upsert import Written


@dataclass
class Report:
    """What an import did, by file.

    :ivar unfilled: lines of open orders that no store can fill by the counts that were read.
    """

    files: dict[str, Written] = field(default_factory=dict)
    rejected_folder: Path | None = None
    not_read: list[str] = field(default_factory=list)
    unfilled: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return sum(written.rejected for written in self.files.values())

    @property
    def wrote(self) -> bool:
        return any(written.added or written.changed for written in self.files.values())
