"""Mailboxes that get a company's documents, with the document attached

Old code goes on working: it neither reads nor writes what is added.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.foundation.db import UTCDateTime
from portal.foundation.postgres.row_security import each, guard_company_rows

revision = "0033b"
down_revision = "0030b"
branch_labels = None
depends_on = None

SHOWN = "id, company_id, email, delivery, kinds, attach_pdf, pay_link, asked_at, asked_by_name, confirmed_at"
RIGHTS = {"portal_customer": f"select ({SHOWN})", "portal_books": "select, insert, update, delete"}
KINDS = "kinds <@ array['invoice','credit_memo','statement','receipt','reminder']::varchar[]"


def upgrade() -> None:
    op.create_table(
        "document_address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("company_id", sa.BigInteger(), sa.ForeignKey("company.id"), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("attach_pdf", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("pay_link", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("confirm_hash", sa.LargeBinary()),
        sa.Column("removal_token", sa.String(), nullable=False, unique=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_name", sa.String(), server_default="", nullable=False),
        sa.Column("confirmed_at", UTCDateTime()),
        sa.UniqueConstraint("company_id", "email"),
        sa.CheckConstraint("delivery in ('to','cc')", name=op.f("ck_document_address_delivery_known")),
        sa.CheckConstraint(KINDS, name=op.f("ck_document_address_kinds_known")),
        sa.CheckConstraint("cardinality(kinds) > 0", name=op.f("ck_document_address_some_kind")),
    )
    op.execute(
        "create unique index ix_document_address_confirm on document_address (confirm_hash) "
        "where confirm_hash is not null"
    )
    each(op.execute, guard_company_rows("document_address", RIGHTS))
    op.execute("grant select, usage on sequence document_address_id_seq to portal_books")
    op.add_column("outbound_mail", sa.Column("parcel", postgresql.JSONB()))
    op.add_column(
        "app_user", sa.Column("attach_documents", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute("grant select (attach_documents), update (attach_documents) on app_user to portal_customer")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
