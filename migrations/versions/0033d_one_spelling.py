"""Mail addresses of people and companies in the one spelling in which they are looked for

Addresses from before were kept as they were typed: with capitals, with letters taken apart, with a domain in its form for
machines. Whoever has one could not sign in, because what is typed there is brought into the one spelling first. Where
somebody else has that one already, the row stays as it is, and ``portal verify`` names it. Old code goes on working: it
looks addresses up in the same spelling.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.foundation.smtp.addresses import BadAddress, read_address

revision = "0033d"
down_revision = "0033c"
branch_labels = None
depends_on = None

# Plain small letters with no domain for machines have one spelling only.
OTHER = r"email <> lower(email) or email ~ '[^\x21-\x7e]' or email ~ '@(.*\.)?xn--'"


def upgrade() -> None:
    op.execute("lock table app_user, company in share row exclusive mode")
    respell(op.get_bind())


def respell(connection: sa.Connection) -> None:
    """Every address that has another spelling."""
    _change(connection, "app_user", "and not exists (select from app_user o where o.email = :new)")
    _change(connection, "company", "")


def _change(connection: sa.Connection, table: str, unless: str) -> None:
    change = sa.text(f"update {table} set email = :new where email = :old {unless}")
    for (old,) in connection.execute(sa.text(f"select distinct email from {table} where {OTHER}")).all():
        new = _stored_form(old)
        if new != old:
            connection.execute(change, {"new": new, "old": old})


def _stored_form(address: str) -> str:
    try:
        return read_address(address)
    except BadAddress:
        return address


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
