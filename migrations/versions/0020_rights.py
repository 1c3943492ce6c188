"""A person's own row in a company decides, and a company limits what reps order for it alone

Does not go on working with old code: it would show customers nothing wrong, but its imports write the reason of a hold
where customers read it. Stop the portal first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.foundation.postgres.row_security import own_company

revision = "0020"
down_revision = "0021"
branch_labels = None
depends_on = None

PERSON = "nullif(current_setting('app.user_id', true), '')::bigint"
DEFINER = "security definer set search_path = public, pg_temp"
# As portal/accounts/sight.py: a row of the person's own in a company decides, also a disabled one; only without one
# does a row in the parent count.
MINE = f"""
    select c.id from company c join membership m on m.company_id in (c.id, c.parent_id)
     where m.user_id = {PERSON} and m.disabled_at is null
       and (m.company_id = c.id or not exists (
            select from membership own where own.company_id = c.id and own.user_id = m.user_id
               and own.invited_at is null))"""
OWN_COMPANIES = f"""
create or replace function own_companies() returns bigint[] language sql stable {DEFINER} as $$
  select array({MINE})
$$
"""
COMPANIES_IN_SIGHT = f"""
create or replace function companies_in_sight() returns bigint[] language sql stable {DEFINER} as $$
  select array({MINE}
    union select c.parent_id from company c where {own_company("c.id")} and c.parent_id is not null)
$$
"""
# Whoever ordered never approves. What a rep may not order alone, the person it is for may approve who could order it.
APPROVED = (
    "rep_limit_minor is null or total_minor <= rep_limit_minor or (approved_by_user_id is not null "
    "and approved_by_user_id is distinct from placed_by_user_id)"
)
DECIDED = (
    "state not in ('approved','rejected') or (decided_at is not null and decided_by_user_id is not null "
    "and decided_by_user_id <> asked_by_user_id)"
)
# Reasons from files were written for staff; those of people and of the rule are written for the customer.
TO_STAFF = """
update credit_account set hold_note = hold_reason, hold_reason = ''
 where on_hold and not held_by_rule and held_by_name = ''
"""


def upgrade() -> None:
    op.add_column("company", sa.Column("rep_order_limit_minor", sa.BigInteger()))
    op.create_check_constraint(
        op.f("ck_company_rep_order_limit_positive"), "company", "rep_order_limit_minor >= 0"
    )
    op.execute("grant update (rep_order_limit_minor) on company to portal_customer")
    for function in (OWN_COMPANIES, COMPANIES_IN_SIGHT):
        op.execute(function)
    op.drop_index("uq_draft_one_current", table_name="draft")
    op.create_index(
        "uq_draft_one_current",
        "draft",
        ["company_id", "owner_user_id", "subject_user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    op.add_column("sales_order", sa.Column("rep_limit_minor", sa.BigInteger()))
    op.create_check_constraint(op.f("ck_sales_order_approved_for_rep"), "sales_order", APPROVED)
    op.drop_constraint(op.f("ck_order_approval_another_person"), "order_approval", type_="check")
    op.create_check_constraint(op.f("ck_order_approval_another_person"), "order_approval", DECIDED)
    op.add_column("credit_account", sa.Column("hold_note", sa.String(), nullable=False, server_default=""))
    op.execute(TO_STAFF)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
