"""Commands about the touchpoint log."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from portal.cli.places import database


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
