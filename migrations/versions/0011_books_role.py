"""The role in which the portal itself acts in a customer's request

Old code goes on working: it does not use the role.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Roles belong to the whole server, so several databases (tests) may try to make this one at the same time.
BOOKS_ROLE = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'portal_books') then
    create role portal_books nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$
"""
# It may all that a customer's role may, held by the same policies, and the few things below.
IS_A_CUSTOMER = """
do $$
begin
  if not pg_has_role('portal_books', 'portal_customer', 'USAGE') then
    grant portal_customer to portal_books;
  end if;
exception when unique_violation then null;
end $$
"""
MAY_BECOME_BOOKS = """
do $$
begin
  if not pg_has_role(current_user, 'portal_books', 'SET') then
    execute format('grant portal_books to %I', current_user);
  end if;
exception when unique_violation then null;
end $$
"""
# All of these have a policy on company_id for portal_customer, which holds its member too. What is append-only or
# frozen stays so by its triggers.
BOOKS_RIGHTS = {
    "autopay": "insert, update",
    "credit_account": "insert, update",
    "discrepancy": "select, insert, update",
    "invoice": "insert, update",
    "invoice_dispute": "insert, update",
    "invoice_line": "insert",
    "ledger_entry": "insert",
    "ledger_transaction": "insert",
    "pay_link": "select, insert, update",
    "pay_link_invoice": "insert",
    "payment": "insert, update",
    "payment_allocation": "insert",
    "payment_attempt": "select, insert, update, delete",
    "payment_promise": "insert, update",
    "payment_terms": "insert, update",
    "refund": "insert, update",
    "rep_assignment": "select",
    "saved_method": "insert, update",
    "stripe_customer": "select, insert, update",
    "stripe_dispute": "insert, update",
    "tax_exemption": "insert, update",
    # A person changes their own password; whose it is, the use case says.
    "app_user": "select (password_hash), update (password_hash)",
    "sign_in_attempt": "select, insert, delete",
}
COMPANY = "nullif(current_setting('app.company_id', true), '')::bigint"


def upgrade() -> None:
    op.execute(BOOKS_ROLE)
    op.execute(IS_A_CUSTOMER)
    op.execute(MAY_BECOME_BOOKS)
    for table, rights in BOOKS_RIGHTS.items():
        op.execute(f"grant {rights} on {table} to portal_books")
    op.execute("alter table rep_assignment enable row level security")
    op.execute(
        f"create policy own_company on rep_assignment for select to portal_books using (company_id = {COMPANY})"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
