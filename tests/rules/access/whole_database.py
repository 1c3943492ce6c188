"""Looking at the whole database at once: has anything changed, and put it back."""

from __future__ import annotations

from sqlalchemy import Engine, text

# Written whenever anybody does anything: the log, and what a session's row knows about its last visit.
_COLUMNS = text("""
select c.relname, array_agg(quote_ident(a.attname) order by a.attnum) filter (where a.attgenerated = '')
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'alembic_version'
 group by c.relname order by c.relname
""")
_VISITS = "- 'touch_seq' - 'last_seen_at'"


class Snapshot:
    """The rows of every table as they were when this was made; :meth:`close` when done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with engine.begin() as connection:
            self._tables = {name: ", ".join(columns) for name, columns in connection.execute(_COLUMNS)}
            connection.exec_driver_sql("drop schema if exists kept cascade; create schema kept")
            for name, columns in self._tables.items():
                connection.exec_driver_sql(f"create table kept.{name} as select {columns} from public.{name}")
        self.marks = self.look()

    def look(self) -> dict[str, tuple[int, int]]:
        """For each table but the log's and its counts: the number of rows, and a number that any change of a row changes."""
        selects = [
            f"select '{name}', count(*), coalesce(sum(hashtextextended((to_jsonb(t) {_VISITS})::text, 0)), 0) "
            f"from public.{name} t"
            for name in self._tables
            if not name.startswith("touchpoint") and name != "staff_lookup"
        ]
        with self._engine.connect() as connection:
            rows = connection.exec_driver_sql(" union all ".join(selects)).all()
        return {name: (count, int(mark)) for name, count, mark in rows}

    def changed(self) -> set[str]:
        """Names of the tables that are not as they were."""
        now = self.look()
        return {name for name, mark in self.marks.items() if now[name] != mark}

    def restore(self) -> None:
        """Put every row back."""
        steps = ["set local session_replication_role = replica"]
        for name, columns in self._tables.items():
            steps.append(f"delete from public.{name}")
            steps.append(
                f"insert into public.{name} ({columns}) overriding system value select {columns} from kept.{name}"
            )
        with self._engine.begin() as connection:
            connection.exec_driver_sql("; ".join(steps))

    def close(self) -> None:
        """Drop what was kept."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("drop schema kept cascade")
