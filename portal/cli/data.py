"""``portal import``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import Engine

from portal.cli.places import database
from portal.cli.progress import progress_bars
from portal.intake.dialect import AS_FOUND, ENCODINGS, SEPARATORS, Reading
from portal.intake.report import Report

if TYPE_CHECKING:
    from portal.intake.upsert import Written

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
@click.option("--check", is_flag=True, help="Read everything, tell what would be done, and change nothing.")
@click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    help="How the files were saved, where that cannot be told from them.",
)
@click.option("--separator", type=click.Choice(list(SEPARATORS)), help="What stands between two fields.")
@click.option("--strict", is_flag=True, help="Stop at columns that docs/data-formats.md does not know.")
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
def import_(
    path: Path,
    preset: str | None,
    credit_limit: Decimal,
    unpaid_since: datetime | None,
    check: bool,
    **saved: str | bool | None,
) -> None:
    """Import companies, people, products, prices, stores, stock and orders from CSV files.

    PATH is a folder with the files that docs/data-formats.md describes. Rejected rows are written to
    PATH/rejected with their reasons. A second run changes nothing; a stopped one goes on where it was.
    Ends with 0 when every row is in, with 2 when rows were rejected, and with 1 when the import stopped.
    """
    from portal.foundation.clock import utcnow

    report = Report(for_good=not check)
    since = unpaid_since.date() if unpaid_since else None
    with database() as engine:
        if preset:
            _refuse_with_preset(check, saved)
            _preset(engine, path, report, credit_limit=credit_limit, unpaid_since=since)
        else:
            shown_import(engine, path, utcnow(), click.echo, since, reading=_reading(saved), report=report)
    if report.rejected:
        sys.exit(2)


def _reading(saved: dict[str, str | bool | None]) -> Reading:
    encoding = str(saved["encoding"] or "").replace("utf-8", "utf-8-sig")
    return Reading(encoding, SEPARATORS.get(str(saved["separator"]), ""), bool(saved["strict"]))


def _refuse_with_preset(check: bool, saved: dict[str, str | bool | None]) -> None:
    if check or any(saved.values()):
        raise click.UsageError(
            "--check, --encoding, --separator and --strict go with a folder, not with --preset."
        )


def shown_import(
    engine: Engine,
    folder: Path,
    now: datetime,
    say: Say,
    unpaid_since: date | None = None,
    *,
    reading: Reading = AS_FOUND,
    report: Report | None = None,
) -> Report:
    """Import a folder with a progress bar and print what it did, also when it stops."""
    from portal.exchange.folder import import_folder

    report = report or Report()
    try:
        with progress_bars() as progress:
            import_folder(
                engine, folder, now, progress, unpaid_since=unpaid_since, reading=reading, report=report
            )
    except BaseException:
        if report.wrote or report.rejected:
            _print(report, say)
            say(_STOPPED if report.for_good else "The check stopped before its end; nothing was changed.")
        raise
    _print(report, say)
    return report


_STOPPED = (
    "The import stopped before its end. What is counted above is in the database; what stopped it is said below.\n"
    "Mend that and start the import again with the same files: rows that are there are not written twice."
)


def _preset(
    engine: Engine, path: Path, report: Report, *, credit_limit: Decimal, unpaid_since: date | None
) -> None:
    from portal.exchange.online_retail.preset import import_online_retail

    with progress_bars() as progress:
        import_online_retail(
            engine,
            path,
            credit_limit=credit_limit,
            unpaid_since=unpaid_since,
            progress=progress,
            report=report,
        )
    _print(report, click.echo)


def _print(report: Report, say: Say) -> None:
    if not report.for_good:
        say("Checked only; nothing was changed. An import would do this:")
    for name, written in report.files.items():
        say(f"  {name}: {_counts(written)}")
    _print_rejected(report, say)
    _print_unfilled(report, say)
    if report.as_text:
        say(f"Lines of past orders whose item is not in variants.csv, taken as text: {report.as_text:,}")
    for name, columns in report.columns_not_read.items():
        say(f"Columns of {name} that were not read: {', '.join(columns)}")
    if report.not_read:
        say(f"Not read, because docs/data-formats.md knows no such file: {', '.join(report.not_read)}")


def _counts(written: Written) -> str:
    parts = [f"{written.added:,} added"]
    for count, word in (
        (written.changed, "changed"),
        (written.unchanged, "unchanged"),
        (written.rejected, "rejected"),
    ):
        if count:
            parts.append(f"{count:,} {word}")
    return ", ".join(parts)


def _print_rejected(report: Report, say: Say) -> None:
    for name, reasons in report.reasons.items():
        say(f"Rejected rows of {name}, the first {len(reasons)}:")
        for reason in reasons:
            say(f"  {reason}")
    if report.rejected_folder is not None:
        say(f"Rejected rows, with reasons: {report.rejected_folder}")
    if report.undecoded:
        say(
            f"Not all of {', '.join(report.undecoded)} is UTF-8. Save it as “CSV UTF-8”; or, where it comes from Excel "
            "on Windows in a western language, start again with --encoding cp1252."
        )


def _print_unfilled(report: Report, say: Say) -> None:
    if not report.unfilled:
        return
    say("Orders that cannot be filled, because the store has less than is set aside:")
    for line in report.unfilled[:MOST_UNFILLED]:
        say(f"  {line}")
    if len(report.unfilled) > MOST_UNFILLED:
        say(f"  and {len(report.unfilled) - MOST_UNFILLED:,} more; each store's counter lists its own.")
