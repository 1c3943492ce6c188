"""Finding a customer's own part number by its beginning"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_part_number_key_pattern",
        "part_number",
        ["company_id", "part_key"],
        postgresql_ops={"part_key": "text_pattern_ops"},
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
