"""The command line: ``portal …``. Commands import what they need when they run, so that help is instant."""

from __future__ import annotations

import click

from portal import __version__
from portal.cli import data, given_up, pages, payments, people, seed, servers, touchpoints, verify
from portal.cli.sentences import SentenceGroup

PROGRAM = "portal"


@click.group(cls=SentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Counterpart")
def cli() -> None:
    """Counterpart: the self-service ordering portal of a maker with its own stores.

    Settings come from environment variables (docs/settings.md). Without DATABASE_URL, the embedded
    PostgreSQL under var/ is used.
    """


for command in (
    servers.run,
    servers.serve,
    servers.worker,
    servers.migrate,
    seed.seed,
    data.import_,
    verify.verify,
    touchpoints.touchpoints,
    touchpoints.repair_touchpoints,
    people.add_staff,
    people.reset_second_factor,
    given_up.retry_jobs,
    given_up.retry_mails,
    pages.routes,
    payments.reconcile,
    payments.acknowledge_difference,
):
    cli.add_command(command)


def main() -> None:
    """Entry point of the ``portal`` command."""
    cli(prog_name=PROGRAM)
