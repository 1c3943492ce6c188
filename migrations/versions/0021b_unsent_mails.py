"""Why a mail was not sent, for whoever asked for it; and who asked for a new password

Old code goes on working: it leaves the reason empty, and its links for a new password do not come from the new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.foundation.postgres.row_security import own_company

revision = "0021b"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbound_mail", sa.Column("failure", sa.String(), server_default="", nullable=False))
    op.execute("create index ix_outbound_mail_unsent on outbound_mail (id) where sent_at is null")
    # A company sees what became of its own mails, and nothing of what they say.
    op.execute(
        f"create policy own_mails on outbound_mail for select to portal_customer using ({own_company()})"
    )
    op.execute(
        "grant select (to_email, sent_at, failed_at, failure, company_id) on outbound_mail to portal_customer"
    )
    op.create_table(
        "reset_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_request")),
    )
    op.execute("alter table reset_request enable row level security")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
