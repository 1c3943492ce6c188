"""Payments found by reference, amount, card and payer

Old code goes on working: only indexes are added.
"""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

INDEXES = (
    "create index ix_payment_reference on payment "
    "(ltrim(regexp_replace(lower(reference), '[^a-z0-9]', '', 'g'), '0')) where reference <> ''",
    "create index ix_payment_amount on payment (amount_minor, id)",
    'create index ix_payment_last4 on payment ("right"(method_words, 4)) '
    "where kind in ('card','us_bank_account')",
    "create index ix_payment_attempt_payer_email on payment_attempt (lower(payer_email)) where payer_email <> ''",
)


def upgrade() -> None:
    for index in INDEXES:
        op.execute(index)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
