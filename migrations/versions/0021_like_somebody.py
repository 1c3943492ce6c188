"""Find the hash whose work an unknown address costs, without counting everybody

Old code goes on working: it does not use the index.
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # People scattered over a circle by their ids, which leave no trace of when they came.
    op.execute(
        "create index ix_app_user_scattered on app_user (md5(id::text)) where password_hash is not null"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
