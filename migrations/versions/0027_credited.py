"""Lines of credit memos name what they correct; invoices know what was credited and paid of them

Old code goes on working: what it writes names the invoice on the memo, which counts as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0020b"
branch_labels = None
depends_on = None

# Nothing is posted and no line is written meanwhile, so that nothing is counted twice or not at all.
ALONE = "lock table ledger_entry, invoice_line in share row exclusive mode"
# A line that names no invoice corrects that of its memo.
CREDITED = """
create function invoice_credited() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update invoice i set credited_minor = i.credited_minor + d.amount
    from (select coalesce(x.corrects_invoice_id, m.corrects_invoice_id) as id, -sum(x.net_minor + x.tax_minor) as amount
            from written x join invoice m on m.id = x.invoice_id
           where m.kind = 'credit_memo' group by 1) d
   where i.id = d.id and d.amount <> 0;
  return null;
end $$
"""
CREDITED_TRIGGER = """
create trigger invoice_line_credited after insert on invoice_line referencing new table as written
for each statement execute function invoice_credited()
"""
# What money has settled of an invoice, its early-payment discount included: credit memos and write-offs are not money.
PAID = """
create function invoice_paid() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update invoice i set paid_minor = i.paid_minor + d.amount
    from (select invoice_id, -sum(amount_minor) as amount from posted
           where account = 'receivable' and payment_id is not null group by invoice_id) d
   where i.id = d.invoice_id and d.amount <> 0;
  return null;
end $$
"""
PAID_TRIGGER = """
create trigger ledger_entry_paid after insert on ledger_entry referencing new table as posted
for each statement execute function invoice_paid()
"""
COUNT_CREDITED = """
update invoice i set credited_minor = d.amount
  from (select m.corrects_invoice_id as id, -sum(x.net_minor + x.tax_minor) as amount
          from invoice m join invoice_line x on x.invoice_id = m.id
         where m.corrects_invoice_id is not null and m.kind = 'credit_memo' group by 1) d
 where i.id = d.id
"""
COUNT_PAID = """
update invoice i set paid_minor = d.amount
  from (select invoice_id, -sum(amount_minor) as amount from ledger_entry
         where account = 'receivable' and payment_id is not null group by invoice_id
        having sum(amount_minor) <> 0) d
 where i.id = d.invoice_id
"""


def upgrade() -> None:
    op.execute(ALONE)
    for name in ("paid_minor", "credited_minor"):
        op.add_column("invoice", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("invoice_line", sa.Column("corrects_invoice_id", sa.BigInteger(), nullable=True))
    op.add_column("invoice_line", sa.Column("corrects_line_no", sa.Integer(), nullable=True))
    op.create_foreign_key(None, "invoice_line", "invoice", ["corrects_invoice_id"], ["id"])
    op.create_index(
        "ix_invoice_line_corrects",
        "invoice_line",
        ["corrects_invoice_id"],
        postgresql_where=sa.text("corrects_invoice_id is not null"),
    )
    for statement in (CREDITED, CREDITED_TRIGGER, PAID, PAID_TRIGGER, COUNT_CREDITED, COUNT_PAID):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
