"""Certificates that exempt from sales tax count once the seller has accepted them

Those that are there count as before: they are accepted from the moment at which they were added. Old code goes on
working: what it adds meanwhile waits, and what it withdraws is withdrawn.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0033"
branch_labels = None
depends_on = None

COLUMNS = (
    # What is there was trusted so far; what comes waits.
    "state varchar not null default 'accepted'",
    "counts_from timestamptz",
    "decided_at timestamptz",
    "decided_by_name varchar not null default ''",
    "decision_note varchar not null default ''",
    "ended_by varchar not null default ''",
    "ended_by_name varchar not null default ''",
    "end_note varchar not null default ''",
    "warned_days integer",
)
RULES = {
    "state_known": "state in ('waiting','accepted','refused')",
    "accepted_counts": "state <> 'accepted' or counts_from is not null",
    "refused_has_a_reason": "state <> 'refused' or (decision_note <> '' and ended_at is not null)",
    "ended_by_known": "ended_by = '' or ended_by in ('company','seller')",
    "ended_has_a_reason": "ended_by <> 'seller' or end_note <> ''",
}


def upgrade() -> None:
    added = ", ".join(f"add column {column}" for column in COLUMNS)
    op.execute(f"alter table tax_exemption {added}")
    op.execute("alter table tax_exemption alter column state set default 'waiting'")
    op.execute("update tax_exemption set counts_from = added_at")
    op.execute("update tax_exemption set ended_by = 'company' where ended_at is not null")
    for name, rule in RULES.items():
        op.create_check_constraint(op.f(f"ck_tax_exemption_{name}"), "tax_exemption", rule)
    op.create_index(
        "ix_tax_exemption_waiting",
        "tax_exemption",
        ["added_at", "id"],
        postgresql_where=sa.text("state = 'waiting' and ended_at is null"),
    )
    op.create_index(
        "ix_tax_exemption_running_out",
        "tax_exemption",
        ["valid_to", "id"],
        postgresql_where=sa.text("state = 'accepted' and ended_at is null"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
