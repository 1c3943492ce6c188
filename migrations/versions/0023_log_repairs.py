"""Find what was voided in the touchpoint log, and what is not valid, without reading all of it

Old code goes on working: it voids nothing.
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index ix_touchpoint_voids on touchpoint (voids_event_id) where voids_event_id is not null"
    )
    op.execute("create index ix_touchpoint_invalid on touchpoint (event_id) where not valid")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
