"""Breaking rows that the database guards, so that ``portal verify`` has something to find."""

from __future__ import annotations

from sqlalchemy import Engine

from portal.verification.run import Finding, verify


def damage(engine: Engine, sql: str) -> None:
    """Change what triggers and foreign keys would not let anybody change."""
    with engine.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        for statement in sql.split("; "):
            connection.exec_driver_sql(statement)


def seen(engine: Engine, name: str, row: str) -> Finding:
    """That check's finding; fails when it found nothing, or does not name a row that begins like ``row``."""
    broken = {finding.check.name: finding for finding in verify(engine).findings}
    assert name in broken, f"seen: {', '.join(broken) or 'nothing'}"
    assert broken[name].count == len(broken[name].rows) > 0
    assert any(str(found[0]).startswith(row) for found in broken[name].rows), broken[name].rows
    return broken[name]
