"""Extensions, the customers' database role and the job queue"""

from __future__ import annotations

from alembic import op
from procrastinate import App, SyncPsycopgConnector

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Roles belong to the whole server, so several databases (tests) may try to make this one at the same time.
CUSTOMER_ROLE = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'portal_customer') then
    create role portal_customer nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$
"""
MAY_BECOME_CUSTOMER = """
do $$
begin
  if not pg_has_role(current_user, 'portal_customer', 'SET') then
    execute format('grant portal_customer to %I', current_user);
  end if;
exception when unique_violation then null;
end $$
"""


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    op.execute(CUSTOMER_ROLE)
    op.execute(MAY_BECOME_CUSTOMER)
    schema = App(connector=SyncPsycopgConnector()).schema_manager.get_schema()
    op.get_bind().connection.driver_connection.execute(schema)
    op.execute(
        "alter default privileges in schema public grant select, insert, update, delete on tables to portal_customer"
    )
    op.execute(
        "alter default privileges in schema public grant usage, select on sequences to portal_customer"
    )
    op.execute("grant usage on schema public to portal_customer")
    op.execute("grant select, insert, update, delete on all tables in schema public to portal_customer")
    op.execute("grant usage, select on all sequences in schema public to portal_customer")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
