"""Probes for operators: alive (the process answers) and ready (its database does, too)."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, current_app
from sqlalchemy import text

from portal.foundation.jobs import backlog
from portal.foundation.mail import mails_left
from portal.foundation.postgres import migrate, rights
from portal.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
@public
def livez() -> tuple[dict[str, str], int]:
    return {"status": "ok"}, 200


@blueprint.get("/readyz")
@public
def readyz() -> tuple[dict[str, object], int]:
    """Mails and jobs that are late or failed are told, and no reason to send requests elsewhere."""
    engine = current_app.extensions["engine"]
    try:
        with engine.connect() as connection:
            at = connection.execute(text("select version_num from alembic_version")).scalar_one()
            lacks = rights.absent(connection) if at == migrate.head() else []
            mails = asdict(mails_left(connection)) if at == migrate.head() else {}
            jobs = asdict(backlog(connection)) if at == migrate.head() else {}
    except Exception:
        return {"status": "the database does not answer"}, 503
    if at != migrate.head():
        return {"status": f"the database stands at migration {at}, this code needs {migrate.head()}"}, 503
    if lacks:
        return {"status": "roles or rights are missing in the database; run portal migrate"}, 503
    return {"status": "ok", "migration": at, "mails": mails, "jobs": jobs}, 200
