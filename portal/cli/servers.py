"""Commands that run something: everything at once, the web server, the worker, the migrations."""

from __future__ import annotations

import os
import sys

import click


@click.command()
def run() -> None:
    """Start everything on this machine and stop it with Ctrl-C.

    The embedded PostgreSQL under var/ (or DATABASE_URL), migrations, the demo company on the first run,
    a mailbox for the mails it sends, the portal and the worker. For trying out and developing;
    docs/operations.md says how to run it for customers.
    """
    from portal.cli import demo
    from portal.running.supervisor import Run

    started = Run(os.environ, say, demo.seed_when_empty)
    sys.exit(started(lambda url: demo.introduce(url, started.address, say)))


@click.command()
def serve() -> None:
    """Serve the portal with the production server, until SIGTERM.

    PORTAL_BIND, PORTAL_PORT, PORTAL_WORKERS and PORTAL_THREADS say where and with how many. On SIGHUP a new
    server, with the code that is there now, takes over without refusing a request.
    """
    from portal.foundation import config
    from portal.running.relay import Relay

    sys.exit(Relay(config.from_environment())())


@click.command()
def worker() -> None:
    """Do background work (mails, housekeeping) until SIGTERM; jobs in hand are finished first."""
    from portal.foundation import config
    from portal.worker import work

    work(config.from_environment())


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema, and make its roles and rights where they are missing."""
    from portal.cli.places import database
    from portal.foundation.postgres import migrate as schema

    with database() as engine:
        changed = schema.upgrade(engine, say)
        say(f"The database stands at migration {schema.head()}" + ("." if changed else " already."))


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    click.echo(text)
    sys.stdout.flush()
