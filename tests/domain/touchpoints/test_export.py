"""Every touchpoint leaves once, however transactions overlap and however often the export is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from portal.cli import cli
from portal.foundation.actor import SYSTEM
from portal.foundation.config import Settings
from portal.orders.checkout.facts import OrderCompleted
from portal.touchpoints.export.formats import schema
from portal.touchpoints.export.log import ExportError, export, exported_files
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.recording import Event, record
from tests.builders import NOW

ENDLESS = """
import sys
from pathlib import Path
from sqlalchemy import create_engine
from portal.foundation.db import psycopg_url
from portal.touchpoints.export.log import export
engine = create_engine(psycopg_url(sys.argv[1]))
print("ready", flush=True)
while True:
    export(engine, Path(sys.argv[2]), sys.argv[3], batch=7)
"""


def note(session: Session, key: str, **props: Any) -> None:
    record(session, Event(OrderCompleted(**props), actor=SYSTEM, now=NOW, key=f"order_completed:{key}"))


def write_out_of_order(sessions: sessionmaker[Session], who: int, stop: threading.Event) -> None:
    """Transactions that get their id early and commit late, overlapping with those of other writers."""
    chance = random.Random(who)
    n = 0
    while not stop.is_set():
        with sessions() as session:
            for _ in range(chance.randint(1, 4)):
                note(session, f"{who}:{n}")
                n += 1
            session.connection().exec_driver_sql("select pg_current_xact_id()")
            time.sleep(chance.random() * 0.03)
            if chance.random() < 0.1:
                session.rollback()
            else:
                session.commit()


def read(out: Path) -> list[str]:
    ids: list[str] = []
    for path in exported_files(out):
        if path.suffix == ".parquet":
            ids += pyarrow.parquet.read_table(path).column("event_id").to_pylist()
        else:
            ids += [json.loads(line)["event_id"] for line in path.read_text().splitlines()]
    return ids


@pytest.mark.slow
@pytest.mark.parametrize("format", ["parquet", "jsonl"])
def test_killed_again_and_again_it_loses_and_doubles_nothing(
    engine: Engine, settings: Settings, sessions: sessionmaker[Session], tmp_path: Path, format: str
) -> None:
    stop = threading.Event()
    writers = [
        threading.Thread(target=write_out_of_order, args=(sessions, who, stop), daemon=True)
        for who in range(5)
    ]
    for writer in writers:
        writer.start()
    chance, kills, begun = random.Random(7), 0, time.monotonic()
    while kills < 3 or time.monotonic() < begun + 4:  # a busy machine needs longer to start a process
        running = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, settings.database_url, str(tmp_path), format],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(chance.random() * 0.3)
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        kills += 1
    stop.set()
    for writer in writers:
        writer.join()
    export(engine, tmp_path, format, batch=50)
    ids = read(tmp_path)
    with sessions() as session:
        stored = {str(each) for each in session.scalars(select(Touchpoint.event_id))}
    assert len(stored) > 100
    assert len(ids) == len(set(ids))
    assert set(ids) == stored


def test_a_row_of_an_older_transaction_that_commits_late_is_waited_for(
    engine: Engine, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    with sessions() as late, sessions() as early:
        late.connection().exec_driver_sql("select pg_current_xact_id()")
        note(early, "early")
        early.commit()
        assert export(engine, tmp_path).rows == 0, "a later row must not pass by one that may yet commit"
        note(late, "late")
        late.commit()
    seen: list[tuple[int, int]] = []
    assert export(engine, tmp_path, progress=lambda done, total: seen.append((done, total))).rows == 2
    assert seen == [(2, 2)]
    assert export(engine, tmp_path).rows == 0
    assert len(read(tmp_path)) == 2


def test_a_file_that_the_manifest_does_not_name_is_written_again(
    engine: Engine, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    (tmp_path / "touchpoints-000001.parquet").write_bytes(b"cut short")
    (tmp_path / "touchpoints-000002.parquet.new").write_bytes(b"cut short")
    with sessions() as session:
        note(session, "1")
        session.commit()
    done = export(engine, tmp_path)
    assert (done.rows, done.files, done.rows_in_all) == (1, 1, 1)
    assert sorted(p.name for p in tmp_path.glob("touchpoints-*")) == ["touchpoints-000001.parquet"]


def test_parquet_has_one_schema_and_keeps_the_values(
    engine: Engine, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    with sessions() as session:
        note(session, "1", number="100001", lines=3)
        session.commit()
    export(engine, tmp_path)
    table = pyarrow.parquet.read_table(exported_files(tmp_path)[0])
    assert table.schema.equals(schema())
    (row,) = table.to_pylist()
    assert json.loads(row["props"]) == {"number": "100001", "lines": 3}
    assert row["occurred_us"] == 1780408800000000
    assert row["valid"] is True
    assert row["account_id"] is None


def test_what_cannot_go_on_says_so(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no format 'csv'"):
        export(engine, tmp_path, "csv")
    (tmp_path / "manifest.json").write_text('{"format": "jsonl", "cursor": {}, "files": []}')
    with pytest.raises(ExportError, match="another folder"):
        export(engine, tmp_path)
    (tmp_path / "manifest.json").write_text(
        '{"format": "parquet", "cursor": {}, "files": [{"name": "touchpoints-9"}]}'
    )
    with pytest.raises(ExportError, match="has lost touchpoints-9"):
        export(engine, tmp_path)


def test_a_device_is_no_folder() -> None:
    """Seen failing with a traceback."""
    told = CliRunner().invoke(cli, ["touchpoints", "export", "/dev/null"])
    assert told.exit_code == 1
    assert "Error: /dev/null is not a folder." in told.output


def test_parquet_without_pyarrow_is_refused_with_what_to_do(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Production does not install it. Seen failing without the look for it: a folder is made and nothing said."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"counterpart\[lake\].* --format jsonl"):
        export(engine, tmp_path / "log")
    assert not (tmp_path / "log").exists()
    assert export(engine, tmp_path / "log", "jsonl").rows == 0
