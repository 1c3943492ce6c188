"""Of its company's people only an administrator's request writes, and of pickup windows only places of its own orders

Does not go on working with old code: its requests of customers book windows in a way that this takes away. Stop the
portal first.
"""

from __future__ import annotations

from alembic import op

from portal.foundation.postgres.row_security import own_company

revision = "0030e"
down_revision = "0030d"
branch_labels = None
depends_on = None

DEFINER = "security definer set search_path = public, pg_temp"
OURS = own_company()
PERSON = "nullif(current_setting('app.user_id', true), '')::bigint"
# Of the company or of its parent. Which of the two decides for somebody with both is the use cases' to say; this is the
# second line.
ADMINISTERS = f"""
create function administers_company() returns boolean language sql stable {DEFINER} as $$
  select exists (select from company c join membership m on m.company_id in (c.id, c.parent_id)
                  where {own_company("c.id")} and m.user_id = {PERSON} and m.role = 'company_admin'
                    and m.disabled_at is null and m.invited_at is null)
$$
"""
# Nobody joins a company by somebody else's request: who accepts is let in by their link, as the owner of the tables.
JOINING = """
create function membership_moves() returns trigger language plpgsql as $$
begin
  if row_security_active('membership') and (
     (new.user_id, new.company_id) is distinct from (old.user_id, old.company_id)
     or old.invited_at is not null and (new.invited_at is null or new.disabled_at is null)) then
    raise exception 'only the invited person joins' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$
"""
BOOK = f"""
create function book_pickup(store bigint, starts timestamptz, most integer) returns integer language sql volatile {DEFINER} as $$
  insert into pickup_slot (store_id, starts_at, capacity, booked) values (store, starts, most, 1)
  on conflict (store_id, starts_at) do update set booked = pickup_slot.booked + 1, capacity = excluded.capacity
   where pickup_slot.booked < excluded.capacity
  returning booked
$$
"""
# A customer's request frees a place that an order of its company has; background work and staff free any.
UNBOOK = f"""
create function unbook_pickup(store bigint, starts timestamptz) returns void language plpgsql volatile {DEFINER} as $$
begin
  if current_setting('role') <> 'none' and not exists (
     select from sales_order o where {own_company("o.company_id")} and o.store_id = store and o.window_start = starts) then
    raise exception 'no order of this company has that window' using errcode = 'insufficient_privilege';
  end if;
  update pickup_slot set booked = booked - 1 where store_id = store and starts_at = starts and booked > 0;
end $$
"""
FUNCTIONS = (
    "administers_company()",
    "book_pickup(bigint, timestamptz, integer)",
    "unbook_pickup(bigint, timestamptz)",
)


def upgrade() -> None:
    for text in (ADMINISTERS, JOINING, BOOK, UNBOOK):
        op.execute(text)
    for function in FUNCTIONS:
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to portal_customer")
    op.execute("revoke insert, update on pickup_slot from portal_customer")
    admin = f"{OURS} and administers_company()"
    _replace(
        "insert_in_sight",
        f"for insert to portal_customer with check ({admin} and invited_at is not null "
        "and disabled_at is not null)",
    )
    _replace("update_in_sight", f"for update to portal_customer using ({admin})")
    _replace("delete_in_sight", f"for delete to portal_customer using ({admin} and invited_at is not null)")
    op.execute(
        "create trigger membership_moves before update on membership for each row execute function membership_moves()"
    )


def _replace(policy: str, text: str) -> None:
    op.execute(f"drop policy {policy} on membership")
    op.execute(f"create policy {policy} on membership {text}")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
