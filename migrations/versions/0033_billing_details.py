"""A company's legal name, billing address and tax number on its documents

Old code goes on working: it neither reads nor writes what is added.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0023b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("bill_as", "bill_as_told"):
        op.add_column("company", sa.Column(column, postgresql.JSONB(), nullable=False, server_default="{}"))
    op.execute("grant update (bill_as) on company to portal_customer")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
