"""Whose address stands on Stripe's page"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Part of what Stripe was asked with the attempt's key, so it is kept as it was. Customers' requests do not read it.
    op.add_column("payment_attempt", sa.Column("payer_email", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
