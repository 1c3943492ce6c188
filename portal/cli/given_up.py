"""Commands about mails and background jobs that were given up."""

from __future__ import annotations

import click

from portal.cli.places import database


@click.command("retry-mails")
def retry_mails() -> None:
    """Try mails again that the mail server did not take for a day. Links that sign somebody in are gone by then."""
    from portal.foundation.db import make_sessions, transaction
    from portal.foundation.mail import retry_failed

    with database() as engine, transaction(make_sessions(engine)) as session:
        count = retry_failed(session)
    click.echo(f"{count:,} {'mail' if count == 1 else 'mails'} will be tried again.")


@click.command("retry-jobs")
def retry_jobs() -> None:
    """Try background jobs again that were given up after failing for a day."""
    from portal.foundation.db import make_sessions, transaction
    from portal.foundation.jobs import retry_given_up

    with database() as engine, transaction(make_sessions(engine)) as session:
        count = retry_given_up(session)
    click.echo(f"{count:,} {'job' if count == 1 else 'jobs'} will be tried again.")
