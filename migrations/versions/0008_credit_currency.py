"""Credit in use counts what is in the credit's own currency"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As in 0006, but for the last statement: minor units of another currency are no minor units of the credit's.
POSTED = """
create or replace function ledger_posted() returns trigger language plpgsql security definer set search_path = public as $$
declare
  broken bigint;
begin
  select transaction_id into broken from posted group by transaction_id, currency having sum(amount_minor) <> 0 limit 1;
  if broken is not null then
    raise exception 'ledger transaction % does not balance', broken using errcode = 'integrity_constraint_violation';
  end if;
  select e.transaction_id into broken from posted e
    join ledger_transaction t on t.id = e.transaction_id
    left join invoice i on i.id = e.invoice_id
    left join payment p on p.id = e.payment_id
   where (t.company_id, t.currency) is distinct from (e.company_id, e.currency)
      or i.id is not null and (i.company_id, i.currency) is distinct from (e.company_id, e.currency)
      or p.id is not null and (p.company_id, p.currency) is distinct from (e.company_id, e.currency) limit 1;
  if broken is not null then
    raise exception 'ledger transaction % mixes companies or currencies', broken
      using errcode = 'integrity_constraint_violation';
  end if;
  update invoice i
     set open_minor = i.open_minor + d.amount,
         settled_at = case when i.open_minor + d.amount = 0 then d.at end
    from (select e.invoice_id, sum(e.amount_minor) as amount, max(t.occurred_at) as at
            from posted e join ledger_transaction t on t.id = e.transaction_id
           where e.account = 'receivable' group by e.invoice_id) d
   where i.id = d.invoice_id and d.amount <> 0;
  update payment p
     set unapplied_minor = p.unapplied_minor - d.unapplied, refunded_minor = p.refunded_minor + d.refunded
    from (select e.payment_id, coalesce(sum(e.amount_minor) filter (where e.account = 'unapplied'), 0) as unapplied,
                 coalesce(-sum(e.amount_minor) filter (where e.account in ('stripe', 'bank')
                                                       and t.kind in ('refund', 'refund_failed')), 0) as refunded
            from posted e join ledger_transaction t on t.id = e.transaction_id
           where e.payment_id is not null group by e.payment_id) d
   where p.id = d.payment_id and (d.unapplied <> 0 or d.refunded <> 0);
  update credit_account c set used_minor = c.used_minor + d.amount
    from (select company_id, currency, sum(amount_minor) as amount from posted
           where account in ('receivable', 'unapplied')
           group by company_id, currency having sum(amount_minor) <> 0) d
   where c.company_id = d.company_id and c.currency = d.currency;
  return null;
end $$
"""
# Nothing is posted meanwhile by the function as it was.
ALONE = "lock table ledger_entry in share row exclusive mode"
# Takes out again what documents and money of other currencies had added. Orders in use stay as they are.
RECOUNT = """
update credit_account c set used_minor = c.used_minor - d.amount
  from (select e.company_id, sum(e.amount_minor) as amount
          from ledger_entry e join credit_account k on k.company_id = e.company_id and k.currency <> e.currency
         where e.account in ('receivable', 'unapplied')
         group by e.company_id having sum(e.amount_minor) <> 0) d
 where c.company_id = d.company_id
"""


def upgrade() -> None:
    op.execute(ALONE)
    op.execute(POSTED)
    op.execute(RECOUNT)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
