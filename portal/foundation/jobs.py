"""Background jobs. A job is deferred on the caller's own connection, so that it and the fact it
belongs to commit together or not at all. ``portal.worker`` knows what each name does."""

from __future__ import annotations

from typing import Any

import procrastinate
from sqlalchemy.orm import Session

# Never opened: it only builds the jobs that are then written on the request's connection.
_deferrer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def defer(session: Session, name: str, *arguments: dict[str, Any]) -> None:
    """Queue the job ``name`` once for each dictionary of arguments, in one statement.

    Runs when, and only when, the session's transaction commits.
    """
    if not arguments:
        arguments = ({},)
    connection = session.connection().connection.driver_connection
    task = _deferrer.configure_task(name, allow_unknown=True, connection=connection)
    task.batch_defer(*arguments)
