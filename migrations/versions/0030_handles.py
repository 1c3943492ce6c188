"""The key with which numbers of rows become handles

Old code goes on working: it asks for no handle. Addresses with numbers in them, kept or in older mails, end.
"""

from __future__ import annotations

from alembic import op

from portal.foundation.postgres.row_security import each, nobody_but_the_owner

revision = "0030"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
create table handle_key (
  id boolean not null default true,
  key bytea not null,
  constraint pk_handle_key primary key (id),
  constraint ck_handle_key_one_row check (id),
  constraint ck_handle_key_long_enough check (length(key) = 16)
)""")
    op.execute("insert into handle_key (key) select decode(replace(gen_random_uuid()::text, '-', ''), 'hex')")
    each(op.execute, nobody_but_the_owner("handle_key"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
