"""Commands about the touchpoint log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from portal.cli.places import database

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@click.group()
def touchpoints() -> None:
    """The log of every interaction with a customer."""


@touchpoints.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format", "kind", type=click.Choice(["parquet", "jsonl"]), default="parquet", show_default=True
)
def export(folder: Path, kind: str) -> None:
    """Write what is new since the last export to FOLDER: nothing lost, nothing twice, however often stopped."""
    from portal.touchpoints.export.log import export as write
    from portal.touchpoints.export.log import progress_bar

    if folder.exists() and not folder.is_dir():  # a device, which click takes for a folder to be
        raise click.ClickException(f"{folder} is not a folder.")
    with database() as engine:
        if sys.stderr.isatty():
            with progress_bar() as progress:
                done = write(engine, folder, kind, progress)
        else:
            done = write(engine, folder, kind)
    click.echo(
        f"{done.rows:,} touchpoints in {done.files:,} new files; {done.rows_in_all:,} in all in {folder}"
    )


@click.command("repair-touchpoints")
@click.argument("event_ids", nargs=-1, type=click.UUID)
@click.option(
    "--reason", default="mistake", show_default=True, help="Why the given rows are wrong, in one word."
)
@click.option("--check", is_flag=True, help="Only list what would be voided.")
def repair_touchpoints(event_ids: tuple[UUID, ...], reason: str, check: bool) -> None:
    """Void wrong rows of the log: those given, or all that are not valid.

    The log is append-only, so each gets a new row that names it, and `portal verify` takes it for
    repaired."""
    from portal.foundation.clock import utcnow
    from portal.foundation.db import make_sessions, transaction
    from portal.foundation.errors import NotFound
    from portal.touchpoints.use_cases import void_invalid, void_touchpoints

    with database() as engine, transaction(make_sessions(engine)) as session:
        if check:
            _list_invalid(session)
            return
        try:
            if event_ids:
                count = void_touchpoints(session, ids=event_ids, reason=reason, now=utcnow())
            else:
                count = void_invalid(session, now=utcnow())
        except NotFound:
            raise click.ClickException("There is no touchpoint with this id. Nothing was voided.") from None
    click.echo(f"{count:,} {'touchpoint' if count == 1 else 'touchpoints'} voided.")


def _list_invalid(session: Session) -> None:
    from sqlalchemy import text

    from portal.touchpoints.queries import INVALID

    rows = session.execute(text(INVALID)).all()
    for row in rows:
        click.echo(f"{row.event_id}  {row.name}: {row.invalid_reason}")
    click.echo(f"{len(rows):,} {'touchpoint is' if len(rows) == 1 else 'touchpoints are'} not valid.")
