"""Whoever an address belongs to is invited alike

Old code goes on working: it invites staff and people who are locked out, too, and sends them a link that lets nobody in.
"""

from __future__ import annotations

from alembic import op

revision = "0030b"
down_revision = "0031b"
branch_labels = None
depends_on = None

# Before, it said null for staff and for people who are locked out everywhere: so the answer told who they are.
PERSON_TO_INVITE = """
create or replace function person_to_invite(address text, called text) returns bigint language plpgsql volatile
security definer set search_path = public, pg_temp as $$
declare
  found_id bigint;
begin
  insert into app_user (email, name, kind) values (address, called, 'customer') on conflict (email) do nothing;
  select id into found_id from app_user where email = address;
  return found_id;
end $$
"""


def upgrade() -> None:
    op.execute(PERSON_TO_INVITE)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
