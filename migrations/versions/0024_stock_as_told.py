"""What a store has is what the seller's system says, also less than what is set aside, and less than nothing

Old code goes on working: it shows what is free as less than nothing where that is so, and lets nobody reserve it.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0013"
branch_labels = None
depends_on = None

DEFINER = "security definer set search_path = public, pg_temp"
FREE = """
alter table stock
  add column free integer not null generated always as (greatest(0, on_hand - reserved)) stored
"""
LOCK_STOCK = f"""
create or replace function lock_stock(store bigint, variants bigint[])
returns table (variant_id bigint, free integer) language sql volatile {DEFINER} as $$
  select s.variant_id, s.free
    from stock s
   where s.store_id = store and s.variant_id = any(variants)
   order by s.variant_id
     for update
$$
"""
# A count may come in below what is set aside; nobody may set aside what is not there. A constraint cannot tell the two
# apart, because it does not see what changed.
NEVER_OVERSOLD = """
create function never_oversold() returns trigger language plpgsql as $$
begin
  raise exception 'only what is on hand can be set aside' using errcode = 'check_violation';
end $$
"""
TRIGGER = """
create trigger never_oversold before update of reserved on stock for each row
when (new.reserved > old.reserved and new.reserved > new.on_hand) execute function never_oversold()
"""


def upgrade() -> None:
    op.execute("alter table stock drop constraint ck_stock_never_below_zero")
    op.execute(FREE)
    op.execute(LOCK_STOCK)
    op.execute(NEVER_OVERSOLD)
    op.execute(TRIGGER)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
