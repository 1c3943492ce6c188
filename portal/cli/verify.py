"""``portal verify``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from portal.cli.places import database

if TYPE_CHECKING:
    from portal.verification.figures import Figures
    from portal.verification.verdict import Finding, Verdict


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="For machines: counts, sums in minor units, every check."
)
def verify(as_json: bool) -> None:
    """Check that orders, stock, credit, invoices, payments and touchpoints fit together; exit code 1 when they don't."""
    from portal.verification.run import verify as run_checks

    with database() as engine:
        verdict = run_checks(engine)
    if as_json:
        click.echo(json.dumps(verdict.as_json(), indent=2))
    else:
        _print(verdict)
    sys.exit(0 if verdict.ok else 1)


def _print(verdict: Verdict) -> None:
    from portal.verification.collected import all_checks

    _print_figures(verdict.figures)
    for finding in verdict.findings:
        _print_finding(finding)
    if verdict.ok:
        click.echo(f"All {len(all_checks())} checks hold.")


def _print_figures(figures: Figures) -> None:
    from portal.foundation.money import format_minor

    for name, count in figures.counts.items():
        click.echo(f"{count:>12,}  {name.replace('_', ' ')}")
    for currency, sums in figures.sums.items():
        for name, minor in sums.items():
            words = name.removesuffix("_minor").replace("_", " ")
            click.echo(f"{format_minor(minor or 0, currency):>20}  {words} ({currency})")
    for company in figures.largest:
        total = format_minor(company.orders_minor, company.currency)
        click.echo(f"{total:>20}  company {company.company}, {company.orders:,} orders")


def _print_finding(finding: Finding) -> None:
    number = f"rule {finding.check.invariant}: " if finding.check.invariant else ""
    click.echo(f"Does not hold: {number}{finding.check.meaning} ({finding.count:,} rows)")
    for row in finding.rows:
        click.echo(f"    {', '.join(map(str, row))}")
