"""The files of an export: Parquet with a fixed schema, or JSON Lines. A batch is on disk when its writer returns."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from portal.touchpoints.models import Touchpoint

Row = Mapping[str, Any]  # a row of the log by its columns: numbers, words, ids and JSON
FORMATS = ("parquet", "jsonl")
_TYPES = {"BIGINT": "int64", "INTEGER": "int32", "SMALLINT": "int16", "BOOLEAN": "bool"}


def parquet_problem() -> str | None:
    """What to do before Parquet files can be written; None if nothing.

    pyarrow is larger than everything else together, so it is installed only where Parquet is wanted.
    """
    if importlib.util.find_spec("pyarrow"):
        return None
    return (
        "Parquet files need pyarrow, which is not installed: install counterpart[lake], "
        "in a checkout with .venv/bin/pip install --require-hashes -r requirements-lake.txt, "
        "or export with --format jsonl."
    )


def schema() -> Any:
    """Column names and types of the Parquet files: numbers as they are, ids and JSON as text."""
    import pyarrow

    fields = []
    for column in Touchpoint.__table__.columns:
        kind = pyarrow.type_for_alias(_TYPES.get(str(column.type), "string"))
        fields.append(pyarrow.field(column.name, kind, nullable=bool(column.nullable)))
    return pyarrow.schema(fields)


def write_batch(path: Path, rows: Sequence[Row], format: str) -> None:
    """Write rows to ``path``, which appears only when it is whole and on disk."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        if format == "parquet":
            _write_parquet(file, rows)
        else:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _write_parquet(file: Any, rows: Sequence[Row]) -> None:
    import pyarrow
    import pyarrow.parquet

    shape = schema()
    columns = [pyarrow.array([_plain(row[field.name]) for row in rows], type=field.type) for field in shape]
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(columns, schema=shape), file, compression="zstd")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value if value is None or isinstance(value, (int, bool, str)) else str(value)
