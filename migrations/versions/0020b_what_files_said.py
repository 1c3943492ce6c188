"""Remember what files said of people, so that they do not undo what was decided in the portal

Old code goes on working: it neither reads nor writes what is added.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020b"
down_revision = "0024b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("membership", "app_user", "company"):
        op.add_column(table, sa.Column("from_file", postgresql.JSONB(), nullable=False, server_default="{}"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
