"""Credit memos whose refund is under way are found by an index

Old code goes on working: it does not ask for them.
"""

from __future__ import annotations

from alembic import op

revision = "0031c"
down_revision = "0033d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index ix_refund_reserved on refund (credit_memo_id) "
        "where state = 'created' and credit_memo_id is not null"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
