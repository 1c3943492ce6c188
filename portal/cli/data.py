"""``portal import``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import Engine

from portal.cli.places import database
from portal.cli.progress import progress_bars

if TYPE_CHECKING:
    from portal.intake.report import Report

Say = Callable[[str], None]
MOST_UNFILLED = 50  # lines of orders that are printed


def amount(text: str) -> Decimal:
    """An amount given as an option.

    :raises ValueError: if it is not a number; click turns that into a sentence.
    """
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError from error


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--preset",
    type=click.Choice(["online-retail"]),
    help="PATH is one file of this known shape instead of a folder.",
)
@click.option(
    "--credit-limit",
    type=amount,
    default=Decimal(0),
    show_default=True,
    help="With --preset: limit in GBP of each new company.",
)
@click.option(
    "--unpaid-since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Invoices of completed orders are open from that day on. Without it all are taken as settled.",
)
def import_(path: Path, preset: str | None, credit_limit: Decimal, unpaid_since: datetime | None) -> None:
    """Import companies, people, products, prices, stores, stock and orders from CSV files.

    PATH is a folder with the files that docs/data-formats.md describes. Rejected rows are written to
    PATH/rejected with their reasons. A second run changes nothing; a stopped one goes on where it was.
    """
    from portal.foundation.clock import utcnow

    with database() as engine:
        bring_in = partial(_preset, credit_limit=credit_limit) if preset else shown_import
        since = unpaid_since.date() if unpaid_since else None
        report = bring_in(engine, path, now=utcnow(), say=click.echo, unpaid_since=since)
    if report.rejected:
        sys.exit(2)


def shown_import(
    engine: Engine, folder: Path, now: datetime, say: Say, unpaid_since: date | None = None
) -> Report:
    """Import a folder with a progress bar and print what it did."""
    from portal.exchange.folder import import_folder

    with progress_bars() as progress:
        report = import_folder(engine, folder, now, progress, unpaid_since=unpaid_since)
    _print(report, say)
    return report


def _preset(
    engine: Engine, path: Path, now: datetime, say: Say, *, credit_limit: Decimal, unpaid_since: date | None
) -> Report:
    from portal.exchange.online_retail.preset import import_online_retail

    with progress_bars() as progress:
        report = import_online_retail(
            engine, path, credit_limit=credit_limit, unpaid_since=unpaid_since, progress=progress
        )
    _print(report, say)
    return report


def _print(report: Report, say: Say) -> None:
    for name, written in report.files.items():
        parts = [f"{written.added:,} added"]
        for count, word in (
            (written.changed, "changed"),
            (written.unchanged, "unchanged"),
            (written.rejected, "rejected"),
        ):
            if count:
                parts.append(f"{count:,} {word}")
        say(f"  {name}: {', '.join(parts)}")
    if report.unfilled:
        say("Orders that cannot be filled, because the store has less than is set aside:")
        for line in report.unfilled[:MOST_UNFILLED]:
            say(f"  {line}")
        if len(report.unfilled) > MOST_UNFILLED:
            say(f"  and {len(report.unfilled) - MOST_UNFILLED:,} more; each store's counter lists its own.")
    if report.not_read:
        say(f"Not read, because docs/data-formats.md knows no such file: {', '.join(report.not_read)}")
    if report.rejected_folder is not None:
        say(f"Rejected rows, with reasons: {report.rejected_folder}")
