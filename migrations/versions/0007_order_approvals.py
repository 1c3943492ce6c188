"""Orders above a person's limit, and who approved them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Whatever changes what was asked for takes the question back, by whichever way it is changed: nobody approves
# something else than what was asked. Once decided a row stays as it is.
VOID = "update order_approval set state = 'voided' where draft_id {draft} and state = 'pending'"
DRAFT_CHANGED = f"""
create function draft_changed() returns trigger language plpgsql security definer set search_path = public as $$
begin
  {VOID.format(draft="= new.id")};
  return null;
end $$
"""
LINE_CHANGED = f"""
create function draft_line_changed() returns trigger language plpgsql security definer set search_path = public as $$
begin
  {VOID.format(draft="= new.draft_id")};
  return null;
end $$
"""
# Lines come and go many at a time: one look for all of them.
LINES_MOVED = f"""
create function draft_lines_moved() returns trigger language plpgsql security definer set search_path = public as $$
begin
  {VOID.format(draft="in (select draft_id from moved)")};
  return null;
end $$
"""
KEPT = """
create function order_approval_kept() returns trigger language plpgsql as $$
begin
  if old.state <> 'pending' and (tg_op = 'DELETE' or old.order_id is not null
     or (to_jsonb(new) - 'order_id') is distinct from (to_jsonb(old) - 'order_id')) then
    raise exception 'a decided approval is not changed any more' using errcode = 'integrity_constraint_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$
"""
# What an approver looks at; prices are judged when the order is placed.
CONTENTS = (
    "fulfilment",
    "store_id",
    "window_start",
    "window_end",
    "pickup_person",
    "pickup_phone",
    "address_id",
    "delivery_date",
    "po_number",
    "job_id",
    "note",
    "allow_backorder",
)
ANOTHER_PERSON = (
    "order_limit_minor is null or total_minor <= order_limit_minor or (approved_by_user_id is not null "
    "and approved_by_user_id is distinct from placed_by_user_id "
    "and approved_by_user_id is distinct from subject_user_id)"
)
RIGHTS = (
    "select, insert, update (state, decided_by_user_id, decided_by_name, decided_at, decision_note, order_id)"
)


def upgrade() -> None:
    op.add_column("membership", sa.Column("order_limit_minor", sa.BigInteger()))
    op.create_check_constraint(
        op.f("ck_membership_order_limit_positive"), "membership", "order_limit_minor >= 0"
    )
    op.create_table(
        "order_approval",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "company_id",
            sa.BigInteger(),
            sa.ForeignKey("company.id", name=op.f("fk_order_approval_company_id")),
            nullable=False,
        ),
        sa.Column(
            "draft_id",
            sa.BigInteger(),
            sa.ForeignKey("draft.id", name=op.f("fk_order_approval_draft_id")),
            nullable=False,
        ),
        sa.Column("state", sa.String(), nullable=False, server_default="pending"),
        sa.Column(
            "asked_by_user_id",
            sa.BigInteger(),
            sa.ForeignKey("app_user.id", name=op.f("fk_order_approval_asked_by_user_id")),
            nullable=False,
        ),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column(
            "subject_user_id",
            sa.BigInteger(),
            sa.ForeignKey("app_user.id", name=op.f("fk_order_approval_subject_user_id")),
            nullable=False,
        ),
        sa.Column("subject_name", sa.String(), nullable=False),
        sa.Column(
            "delegation_id",
            sa.BigInteger(),
            sa.ForeignKey("delegation.id", name=op.f("fk_order_approval_delegation_id")),
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_names", sa.String(), nullable=False, server_default=""),
        sa.Column("asked_note", sa.String(), nullable=False, server_default=""),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("contents", sa.String(), nullable=False),
        sa.Column(
            "decided_by_user_id",
            sa.BigInteger(),
            sa.ForeignKey("app_user.id", name=op.f("fk_order_approval_decided_by_user_id")),
        ),
        sa.Column("decided_by_name", sa.String(), nullable=False, server_default=""),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.String(), nullable=False, server_default=""),
        sa.Column(
            "order_id",
            sa.BigInteger(),
            sa.ForeignKey("sales_order.id", name=op.f("fk_order_approval_order_id")),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_approval")),
        sa.UniqueConstraint("order_id", name=op.f("uq_order_approval_order_id")),
        sa.CheckConstraint(
            "state in ('pending','approved','rejected','withdrawn','voided')",
            name=op.f("ck_order_approval_state_known"),
        ),
        sa.CheckConstraint(
            "state not in ('approved','rejected') or (decided_at is not null and decided_by_user_id is not null "
            "and decided_by_user_id not in (asked_by_user_id, subject_user_id))",
            name=op.f("ck_order_approval_another_person"),
        ),
        sa.CheckConstraint(
            "order_id is null or state = 'approved'", name=op.f("ck_order_approval_order_if_approved")
        ),
    )
    op.create_index(
        "uq_order_approval_pending",
        "order_approval",
        ["draft_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_order_approval_company", "order_approval", ["company_id", "state", "asked_at"])
    op.create_index("ix_order_approval_draft", "order_approval", ["draft_id", "id"])
    op.add_column("sales_order", sa.Column("order_limit_minor", sa.BigInteger()))
    op.add_column(
        "sales_order",
        sa.Column(
            "approved_by_user_id",
            sa.BigInteger(),
            sa.ForeignKey("app_user.id", name=op.f("fk_sales_order_approved_by_user_id")),
        ),
    )
    op.add_column(
        "sales_order", sa.Column("approved_by_name", sa.String(), nullable=False, server_default="")
    )
    op.create_check_constraint(op.f("ck_sales_order_another_person"), "sales_order", ANOTHER_PERSON)
    for function in (DRAFT_CHANGED, LINE_CHANGED, LINES_MOVED, KEPT):
        op.execute(function)
    changed = " or ".join(f"old.{name} is distinct from new.{name}" for name in CONTENTS)
    op.execute(
        "create trigger draft_changed after update on draft for each row "
        f"when (({changed}) or (old.state <> new.state and new.state in ('placed', 'discarded'))) "
        "execute function draft_changed()"
    )
    for event, table in (("insert", "new"), ("delete", "old")):
        op.execute(
            f"create trigger draft_line_{event} after {event} on draft_line referencing {table} table as moved "
            "for each statement execute function draft_lines_moved()"
        )
    op.execute(
        "create trigger draft_line_changed after update on draft_line for each row when ("
        "(old.variant_id, old.quantity, old.colour_number) is distinct from "
        "(new.variant_id, new.quantity, new.colour_number)) execute function draft_line_changed()"
    )
    op.execute(
        "create trigger order_approval_kept before update or delete on order_approval for each row "
        "execute function order_approval_kept()"
    )
    own = "company_id = nullif(current_setting('app.company_id', true), '')::bigint"
    op.execute("alter table order_approval enable row level security")
    op.execute(
        f"create policy own_company on order_approval to portal_customer using ({own}) with check ({own})"
    )
    op.execute(f"grant {RIGHTS} on order_approval to portal_customer")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
