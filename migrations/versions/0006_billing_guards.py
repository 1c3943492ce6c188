"""What the database itself refuses and keeps about money"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# All sides of a transaction come in one statement, so one statement is the place to see that they balance and to
# carry them to what is derived from them: a document's open amount, a payment's unapplied and refunded amounts, the
# credit in use. Documents are brought up to date before credit: placing an order locks its company's credit last, too.
POSTED = """
create function ledger_posted() returns trigger language plpgsql security definer set search_path = public as $$
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
    from (select company_id, sum(amount_minor) as amount from posted where account in ('receivable', 'unapplied')
           group by company_id having sum(amount_minor) <> 0) d
   where c.company_id = d.company_id;
  return null;
end $$
"""
TRIGGER = """
create trigger ledger_entry_posted after insert on ledger_entry referencing new table as posted
for each statement execute function ledger_posted()
"""
APPEND_ONLY = ("ledger_transaction", "ledger_entry", "invoice_line")
# What was issued or received is never rewritten; only what the ledger derives, and what Stripe tells later, moves.
FROZEN = {
    "invoice": "number, kind, source, company_id, order_id, order_number, issue_key, corrects_invoice_id, reason, "
    "store_id, issued_at, issued_on, due_on, terms_words, discount_until, discount_minor, currency, net_minor, "
    "tax_minor, total_minor, po_number, job_id, job_name, bill_to, ship_to, exemption",
    "payment": "number, company_id, kind, attempt_id, amount_minor, currency, received_on, received_at, reference, "
    "payment_intent_id, actor_user_id, actor_name",
}
COMPANY_TABLES = (
    "autopay",
    "invoice",
    "invoice_dispute",
    "invoice_line",
    "ledger_entry",
    "ledger_transaction",
    "pay_link",
    "pay_link_invoice",
    "payment",
    "payment_allocation",
    "payment_attempt",
    "payment_promise",
    "payment_terms",
    "refund",
    "reminder",
    "saved_method",
    "stripe_dispute",
    "tax_exemption",
)
NOBODYS = ("discrepancy", "stripe_customer")  # no customer's request reads them
# A customer's request reads these; whatever moves money is written by the owner of the tables, after the actor was
# checked, so a request that was tampered with can post nothing.
CUSTOMER_READS = {
    **dict.fromkeys(COMPANY_TABLES, "select"),
    "pay_link": "select (id, company_id, kind, title, created_by_user_id, created_by_name, created_at, expires_at, "
    "revoked_at)",
    "payment_attempt": "select (id, token, company_id, purpose, via, state, amount_minor, currency, livemode, "
    "method_kind, saved_method_id, save_method, draft_id, pay_link_id, run_on, failure_code, failure_words, tries, "
    "actor_user_id, actor_name, created_at, updated_at, expires_at)",
    "tax_rate": "select",
}


def upgrade() -> None:
    op.execute(POSTED)
    op.execute(TRIGGER)
    for table in APPEND_ONLY:
        _refuse(table, "before update or delete", "for each row", "append_only")
        _refuse(table, "before truncate", "for each statement", "no_truncate")
    for table, columns in FROZEN.items():
        _refuse(table, f"before update of {columns}", "for each row", "frozen")
        _refuse(table, "before delete", "for each row", "no_delete")
        _refuse(table, "before truncate", "for each statement", "no_truncate")
    own = "company_id = nullif(current_setting('app.company_id', true), '')::bigint"
    for table in (*COMPANY_TABLES, *NOBODYS):
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy own_company on {table} to portal_customer using ({own}) with check ({own})"
        )
    for table, rights in CUSTOMER_READS.items():
        op.execute(f"grant {rights} on {table} to portal_customer")


def _refuse(table: str, when: str, each: str, name: str) -> None:
    op.execute(f"create trigger {table}_{name} {when} on {table} {each} execute function refuse_change()")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
