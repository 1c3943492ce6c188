"""Statements by mail each month

Old code goes on working: it neither reads nor writes what is added. Companies that are there already get the statement of
the month that runs now as their first one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.foundation.db import UTCDateTime
from portal.foundation.postgres.row_security import each, nobody_but_the_owner

revision = "0033c"
down_revision = "0030c"
branch_labels = None
depends_on = None

EARLIER = """
insert into statement_run (month, finished_at)
select cast(date_trunc('month', now()) - interval '1 month' as date), now() where exists (select from company)
"""


def upgrade() -> None:
    op.create_table(
        "statement_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("company_id", sa.BigInteger(), sa.ForeignKey("company.id"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.UniqueConstraint("company_id", "month", "currency"),
    )
    op.create_table(
        "statement_run",
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("finished_at", UTCDateTime(), nullable=False),
    )
    for table in ("statement_mail", "statement_run"):
        each(op.execute, nobody_but_the_owner(table))
    op.execute(EARLIER)
    op.add_column(
        "payment_terms", sa.Column("mail_statements", sa.Boolean(), server_default="true", nullable=False)
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
