"""Export of the log, nothing lost and nothing twice, however often the export is killed.

Rows leave in the order of the transactions that wrote them, and only once every older transaction has ended: a
cursor over ids or times would pass by rows that commit late. Each batch becomes one file; the manifest, replaced
in one step after the file is on disk, says which files count and where the next batch begins. A file that the
manifest does not name is of a batch that was cut short; it is written again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from sqlalchemy import Connection, Engine, text

from portal.touchpoints.export.formats import FORMATS, Row, parquet_problem, write_batch

MANIFEST = "manifest.json"
BATCH = 50_000
Progress = Callable[[int, int], None]

_SETTLED = "xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_AFTER = "(xid, event_id) > (:xid, cast(:event_id as uuid))"
_NEXT = text(f"select * from touchpoint where {_AFTER} and {_SETTLED} order by xid, event_id limit :many")
_LEFT = text(f"select count(*) from touchpoint where {_AFTER} and {_SETTLED}")


class Cursor(TypedDict):
    """The last row that an export holds."""

    xid: int
    event_id: str


class File(TypedDict):
    """A file that counts."""

    name: str
    rows: int
    last: Cursor


class Manifest(TypedDict):
    """What ``manifest.json`` says."""

    format: str
    cursor: Cursor
    files: list[File]


START: Cursor = {"xid": -1, "event_id": "00000000-0000-0000-0000-000000000000"}


class ExportError(Exception):
    """The export cannot go on; one sentence for the administrator."""


@dataclass(frozen=True)
class Exported:
    """What one run did, and what the folder holds now."""

    rows: int
    files: int
    rows_in_all: int


def export(
    engine: Engine,
    out: Path,
    format: str = "parquet",
    progress: Progress | None = None,
    *,
    batch: int = BATCH,
) -> Exported:
    """Write what is new since the last run into numbered files under ``out``.

    :param progress: called with rows written in this run and rows there were to write.
    :param batch: rows per file at most; also what is held in memory.
    :raises ExportError: when another export works in the folder, it holds another format, or
        Parquet is asked for without pyarrow.
    """
    _check_format(format)
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out), engine.connect() as connection:
        manifest = _read_manifest(out, format)
        _remove_unfinished(out, manifest)
        written = files = 0
        left = _one(connection, _LEFT, manifest["cursor"]) if progress else 0
        while rows := _batch(connection, manifest["cursor"], batch):
            _add_file(out, manifest, rows)
            written, files = written + len(rows), files + 1
            if progress:
                progress(written, max(left, written))
    return Exported(written, files, sum(f["rows"] for f in manifest["files"]))


def _check_format(format: str) -> None:
    if format not in FORMATS:
        raise ExportError(f"There is no format {format!r}; choose from {', '.join(FORMATS)}.")
    if format == "parquet" and (problem := parquet_problem()):
        raise ExportError(problem)


def _add_file(out: Path, manifest: Manifest, rows: Sequence[Row]) -> None:
    """Write a batch as the next file, then name it in the manifest."""
    format = manifest["format"]
    name = f"touchpoints-{len(manifest['files']) + 1:06d}.{format}"
    write_batch(out / name, rows, format)
    last: Cursor = {"xid": rows[-1]["xid"], "event_id": str(rows[-1]["event_id"])}
    manifest["files"].append({"name": name, "rows": len(rows), "last": last})
    manifest["cursor"] = last
    _replace(out / MANIFEST, json.dumps(manifest, indent=1).encode())


@contextmanager
def progress_bar(words: str = "Exporting touchpoints") -> Iterator[Progress]:
    """A bar in the terminal, to be handed to :func:`export`."""
    from rich.progress import Progress as Bar

    with Bar() as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def exported_files(out: Path) -> list[Path]:
    """The files that count, in order; readers of an export must ignore all others."""
    manifest = json.loads((out / MANIFEST).read_text())
    return [out / each["name"] for each in manifest["files"]]


def _batch(connection: Connection, cursor: Cursor, many: int) -> Sequence[Row]:
    rows = [dict(row) for row in connection.execute(_NEXT, {**cursor, "many": many}).mappings()]
    connection.rollback()  # a snapshot held open would hold back the next horizon, and vacuum
    return rows


def _one(connection: Connection, query: Any, cursor: Cursor) -> int:
    found: int = connection.execute(query, dict(cursor)).scalar_one()
    connection.rollback()
    return found


def _read_manifest(out: Path, format: str) -> Manifest:
    path = out / MANIFEST
    if not path.exists():
        return {"format": format, "cursor": START, "files": []}
    manifest: Manifest = json.loads(path.read_text())
    if manifest["format"] != format:
        raise ExportError(f"{out} holds an export in {manifest['format']}; use another folder for {format}.")
    missing = [each["name"] for each in manifest["files"] if not (out / each["name"]).exists()]
    if missing:
        raise ExportError(f"{out} has lost {missing[0]}, which its manifest names; export into a new folder.")
    return manifest


def _remove_unfinished(out: Path, manifest: Manifest) -> None:
    counted = {each["name"] for each in manifest["files"]}
    for path in out.glob("touchpoints-*"):
        if path.name not in counted:
            path.unlink()


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` in place of a file in one step that survives a power cut."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportError(f"Another export is at work in {out}; let it finish.") from error
        yield
