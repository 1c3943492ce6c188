"""Commands about mails."""

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
