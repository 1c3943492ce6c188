"""Recorded payments that were taken back, refunds of credit memos, small differences that were written off

Old code goes on working: it takes nothing back and writes nothing off.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.foundation.postgres.row_security import each, guard_company_rows

revision = "0027b"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment", sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("reversal_reason", "reversal_note"):
        op.add_column("payment", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_check_constraint(
        op.f("ck_payment_reversal_has_a_reason"),
        "payment",
        "(reversed_at is null) = (reversal_reason = '') and reversal_reason in ('','bounced','mistake')",
    )
    op.add_column("refund", sa.Column("credit_memo_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(None, "refund", "invoice", ["credit_memo_id"], ["id"])
    op.create_table(
        "write_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("invoice_id", sa.BigInteger(), sa.ForeignKey("invoice.id"), nullable=False, index=True),
        sa.Column("company_id", sa.BigInteger(), sa.ForeignKey("company.id"), nullable=False, index=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False, server_default=""),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_name", sa.String(), nullable=False, server_default=""),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_write_off_amount_positive")),
    )
    each(op.execute, guard_company_rows("write_off", {"portal_customer": "select"}))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
