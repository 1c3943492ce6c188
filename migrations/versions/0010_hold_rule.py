"""Holds by a rule: after so many days overdue"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_terms", sa.Column("hold_after_days", sa.Integer()))
    op.create_check_constraint(
        op.f("ck_payment_terms_hold_after_days_sane"), "payment_terms", "hold_after_days between 1 and 365"
    )
    # What the rule did, so that it lifts nothing that a person decided.
    op.add_column(
        "credit_account", sa.Column("held_by_rule", sa.Boolean(), nullable=False, server_default="false")
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
