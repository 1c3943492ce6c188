"""What an import did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from portal.intake.upsert import Written


@dataclass
class Report:
    """What an import did, by file. It is filled while the files are read, so it is also true of a run that stopped.

    :ivar for_good: False when nothing of it was kept.
    :ivar reasons: the first rejected rows of each file, ``row 3: sku: missing``, where they are not written to files.
    :ivar not_read: files that no import reads; :ivar columns_not_read: by file, columns that it leaves out.
    :ivar as_text: lines of orders whose item is not in the catalogue.
    :ivar undecoded: files with rows that are not UTF-8.
    :ivar unfilled: lines of open orders that no store can fill by the counts that were read.
    """

    files: dict[str, Written] = field(default_factory=dict)
    for_good: bool = True
    rejected_folder: Path | None = None
    reasons: dict[str, list[str]] = field(default_factory=dict)
    not_read: list[str] = field(default_factory=list)
    columns_not_read: dict[str, list[str]] = field(default_factory=dict)
    as_text: int = 0
    undecoded: list[str] = field(default_factory=list)
    unfilled: list[str] = field(default_factory=list)

    def begin(self, name: str) -> Written:
        """The counts of a file whose turn it is, at zero."""
        return self.files.setdefault(name, Written())

    @property
    def rejected(self) -> int:
        return sum(written.rejected for written in self.files.values())

    @property
    def wrote(self) -> bool:
        return any(written.added or written.changed for written in self.files.values())
