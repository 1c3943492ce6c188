"""An invitation is sent again also where its row never said that it was closed

Old code goes on working.
"""

from __future__ import annotations

from alembic import op

revision = "0030f"
down_revision = "0032b"
branch_labels = None
depends_on = None

# Opening is refused, and taking the invitation away; that a row of an earlier version stands open beside its invitation
# lets nobody in, and is none of this trigger's business.
JOINING = """
create or replace function membership_moves() returns trigger language plpgsql as $$
begin
  if row_security_active('membership') and (
     (new.user_id, new.company_id) is distinct from (old.user_id, old.company_id)
     or old.invited_at is not null and (new.invited_at is null or old.disabled_at is not null and new.disabled_at is null)) then
    raise exception 'only the invited person joins' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$
"""


def upgrade() -> None:
    op.execute(JOINING)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
