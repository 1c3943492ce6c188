"""Commands for those who look after the data: is it whole, and taking the touchpoint log along."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal.cli.places import database

if TYPE_CHECKING:
    from portal.verifying.run import Verdict


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="For machines: counts, sums in minor units, every check."
)
def verify(as_json: bool) -> None:
    """Check that orders, stock, credit, invoices, payments and touchpoints fit together; exit code 1 when they don't."""
    from portal.verifying.run import verify as run_checks

    with database() as engine:
        verdict = run_checks(engine)
    if as_json:
        click.echo(json.dumps(verdict.as_json(), indent=2))
    else:
        _tell(verdict)
    sys.exit(0 if verdict.ok else 1)


def _tell(verdict: Verdict) -> None:
    from portal.foundation.money import format_minor
    from portal.verifying.checks import CHECKS

    for name, count in verdict.counts.items():
        click.echo(f"{count:>12,}  {name.replace('_', ' ')}")
    for currency, sums in verdict.sums.items():
        for name, minor in sums.items():
            click.echo(
                f"{format_minor(minor or 0, currency):>20}  {name.removesuffix('_minor').replace('_', ' ')} ({currency})"
            )
    for company in verdict.largest:
        total = format_minor(company["orders_minor"], company["currency"])
        click.echo(f"{total:>20}  company {company['company']}, {company['orders']:,} orders")
    for finding in verdict.findings:
        number = f"rule {finding.check.invariant}: " if finding.check.invariant else ""
        click.echo(f"Does not hold: {number}{finding.check.meaning} ({finding.count:,} rows)")
        for row in finding.rows:
            click.echo(f"    {', '.join(map(str, row))}")
    if verdict.ok:
        click.echo(f"All {len(CHECKS)} checks hold.")


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
    from portal.touchpoints.export import export as write
    from portal.touchpoints.export import progress_bar

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
