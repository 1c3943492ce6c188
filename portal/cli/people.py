"""Commands about people: the first administrator cannot be invited, and the last one cannot ask another."""

from __future__ import annotations

import click


@click.command("add-staff")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--kind", type=click.Choice(["rep", "support", "store", "admin"]), default="admin", show_default=True
)
@click.option("--store", "store_code", help="Code of the store where a store associate works.")
@click.password_option(help="At least 10 characters; asked for when not given.")
def add_staff(email: str, name: str, kind: str, store_code: str | None, password: str) -> None:
    """Add a member of staff who can sign in at once."""
    from portal.accounts.staff.use_cases import staff
    from portal.cli.places import connected, settings
    from portal.foundation.clock import utcnow
    from portal.foundation.db import make_sessions, transaction
    from portal.foundation.errors import NotFound
    from portal.stores.store.queries import store_by_code

    with settings() as known, connected(known) as engine, transaction(make_sessions(engine)) as session:
        try:
            store = store_by_code(session, store_code) if store_code else None
        except NotFound:
            raise click.BadParameter(f"No store has the code {store_code}.", param_hint="--store") from None
        store_id = store.id if store else None
        new = staff.NewStaff(email, name, kind, store_id=store_id, password=password)
        staff.add_staff(session, new, now=utcnow(), sellers=[known.seller_name])
    click.echo(f"{email.strip().lower()} can sign in now.")


@click.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take a person's second factor away: passkeys, app and recovery codes. They are signed out, and told by mail."""
    from portal.accounts.second_factors.use_cases import resets
    from portal.cli.places import database
    from portal.foundation.clock import utcnow
    from portal.foundation.db import make_sessions, transaction
    from portal.foundation.errors import NotFound, Rejected

    with database() as engine, transaction(make_sessions(engine)) as session:
        try:
            user = resets.person_by_email(session, email)
            resets.reset_second_factor(session, actor=None, user=user, now=utcnow())
        except NotFound:
            raise click.ClickException("Nobody signs in with this address.") from None
        except Rejected as no:
            raise click.ClickException(no.message) from None
    click.echo(f"{user.email} signs in with the password alone until a new second factor is set up.")
