"""``portal seed``."""

from __future__ import annotations

import click

from portal.cli.places import database


@click.command()
def seed() -> None:
    """Make up the demo company and import it. For an empty database; a second run changes nothing."""
    from portal.cli import demo

    with database() as engine:
        demo.seed(engine, click.echo)
