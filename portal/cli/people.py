"""Commands about people: the first administrator cannot be invited, so the command line adds one."""

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
