"""One payment of a parent for its branches' invoices

Old code goes on working: it begins no such payment, and what is added to ``payment`` is empty for all others.
"""

from __future__ import annotations

from alembic import op

from portal.foundation.postgres.row_security import each, guard_company_rows

revision = "0032b"
down_revision = "0030e"
branch_labels = None
depends_on = None

TABLE = """
create table group_allocation (
  attempt_id bigint not null constraint fk_group_allocation_attempt_id_payment_attempt references payment_attempt,
  branch_invoice bigint not null,
  company_id bigint not null,
  branch_id bigint not null,
  branch_name varchar not null,
  invoice_number varchar not null,
  amount_minor bigint not null,
  discount_minor bigint not null default 0,
  settled_minor bigint,
  constraint pk_group_allocation primary key (attempt_id, branch_invoice),
  constraint ck_group_allocation_amount_positive check (amount_minor > 0),
  constraint ck_group_allocation_discount_within_amount check (discount_minor between 0 and amount_minor),
  constraint ck_group_allocation_settled_within_amount check (settled_minor between 0 and amount_minor)
)
"""


def upgrade() -> None:
    op.execute(TABLE)
    each(op.execute, guard_company_rows("group_allocation", {"portal_customer": "select"}))
    op.execute("grant insert on group_allocation to portal_books")
    op.execute("alter table payment add column group_payment bigint")
    op.execute("create index ix_payment_group on payment (group_payment) where group_payment is not null")
    op.execute("alter table payment_attempt drop constraint ck_payment_attempt_purpose_known")
    op.execute(
        "alter table payment_attempt add constraint ck_payment_attempt_purpose_known "
        "check (purpose in ('invoices','draft','account','setup','group')) not valid"
    )
    op.execute("alter table payment_attempt validate constraint ck_payment_attempt_purpose_known")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
