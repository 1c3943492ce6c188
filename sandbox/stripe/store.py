"""What the sandbox knows, in one SQLite file: a killed process loses nothing that it has answered."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Thing = dict[str, Any]

TABLES = """
create table if not exists objects (
  seq integer primary key autoincrement, id text not null unique, kind text not null,
  body text not null, private text not null default '{}');
create index if not exists objects_by_kind on objects (kind, seq);
create index if not exists objects_by_intent on objects (kind, json_extract(body, '$.payment_intent'));
create index if not exists objects_by_charge on objects (kind, json_extract(body, '$.charge'));
create index if not exists objects_by_customer on objects (kind, json_extract(body, '$.customer'));
create table if not exists keys (
  key text primary key, fingerprint text not null, status integer not null, body text not null,
  request text not null, created real not null);
create table if not exists timers (
  id integer primary key autoincrement, due real not null, task text not null, object text not null);
create table if not exists deliveries (
  id integer primary key autoincrement, event text not null, endpoint text not null, type text not null,
  due real not null, rank integer not null default 0, copies integer not null default 1,
  state text not null, attempts integer not null default 0, answers text not null default '[]', held_by integer);
create index if not exists deliveries_due on deliveries (state, due);
create table if not exists faults (
  id integer primary key autoincrement, kind text not null, match text not null, left integer not null,
  options text not null, used integer not null default 0);
"""


class Store:
    """One connection under one lock: requests are carried out one after the other, each all or nothing."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        name = ":memory:" if folder is None else str(folder / "stripe.sqlite3")
        self._lock = threading.RLock()
        self._depth = 0
        self.db = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma synchronous = normal")
        self.db.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, or nothing; inside another one, a part of it."""
        with self._lock:
            if self._depth:
                yield
                return
            self.db.execute("begin immediate")
            self._depth += 1
            try:
                yield
            except BaseException:
                self.db.execute("rollback")
                raise
            else:
                self.db.execute("commit")
            finally:
                self._depth -= 1

    def rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a statement."""
        with self._lock:
            return self.db.execute(statement, values).fetchall()

    def run(self, statement: str, *values: Any) -> int:
        """Execute a writing statement; the id of the new row, if it made one."""
        with self.transaction():
            return self.db.execute(statement, values).lastrowid or 0

    def add(self, thing: Thing, private: Thing | None = None) -> Thing:
        """Keep a new object; ``private`` holds what no answer shows."""
        self.run(
            "insert into objects (id, kind, body, private) values (?, ?, ?, ?)",
            *(thing["id"], thing["object"], json.dumps(thing), json.dumps(private or {})),
        )
        return thing

    def save(self, thing: Thing) -> Thing:
        """Keep a changed object."""
        self.run("update objects set body = ? where id = ?", json.dumps(thing), thing["id"])
        return thing

    def get(self, kind: str, given: object) -> Thing | None:
        """An object by kind and id."""
        found = self.rows("select body from objects where id = ? and kind = ?", str(given), kind)
        return json.loads(found[0]["body"]) if found else None

    def remove(self, given: str) -> None:
        """Forget an object."""
        self.run("delete from objects where id = ?", given)

    def private(self, given: str) -> Thing:
        """What no answer shows of an object."""
        found = self.rows("select private from objects where id = ?", given)
        kept: Thing = json.loads(found[0]["private"]) if found else {}
        return kept

    def note(self, given: str, **facts: Any) -> None:
        """Add to what no answer shows."""
        kept = {**self.private(given), **facts}
        self.run("update objects set private = ? where id = ?", json.dumps(kept), given)

    def where(self, kind: str, **fields: Any) -> list[Thing]:
        """Objects whose fields have these values, newest first."""
        conditions = "".join(f" and json_extract(body, '$.{name}') = ?" for name in fields)
        found = self.rows(
            f"select body from objects where kind = ?{conditions} order by seq desc", kind, *fields.values()
        )
        return [json.loads(row["body"]) for row in found]

    def forget_everything(self) -> None:
        """Back to an empty account; webhook endpoints stay."""
        with self.transaction():
            self.db.execute("delete from objects where kind <> 'webhook_endpoint'")
            for table in ("keys", "timers", "deliveries", "faults"):
                self.db.execute(f"delete from {table}")
