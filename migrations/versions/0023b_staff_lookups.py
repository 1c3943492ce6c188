"""Count what staff look at, so that too much can be refused

Old code goes on working: it counts nothing.
"""

from __future__ import annotations

from alembic import op

revision = "0023b"
down_revision = "0027b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
create table staff_lookup (
  user_id bigint not null constraint fk_staff_lookup_user_id_app_user references app_user (id),
  minute timestamp with time zone not null,
  many integer not null,
  refused integer not null,
  constraint pk_staff_lookup primary key (user_id, minute),
  constraint ck_staff_lookup_counted check (many >= 0 and refused >= 0 and many + refused > 0)
)""")
    op.execute("create index ix_staff_lookup_minute on staff_lookup (minute)")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
