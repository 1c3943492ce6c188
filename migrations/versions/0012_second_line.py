"""What a customer's role could still read and write of others: people, links, mails, stock, sessions

Does not go on working with old code: its requests of customers write stock, links and mails in ways that this takes
away. Stop the portal first.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COMPANY = "nullif(current_setting('app.company_id', true), '')::bigint"
PERSON = "nullif(current_setting('app.user_id', true), '')::bigint"
DEFINER = "security definer set search_path = public, pg_temp"

# The companies that a person may work for: those of their memberships, and these companies' branches.
OWN_COMPANIES = f"""
create function own_companies() returns bigint[] language sql stable {DEFINER} as $$
  select array(
    select m.company_id from membership m where m.user_id = {PERSON} and m.disabled_at is null
    union select c.id from membership m join company c on c.parent_id = m.company_id
           where m.user_id = {PERSON} and m.disabled_at is null)
$$
"""
# Whether an address is known elsewhere is nothing that a customer's request can read, so the person is found or
# added here. Null: the address is that of somebody who cannot be a customer's person.
PERSON_TO_INVITE = f"""
create function person_to_invite(address text, called text) returns bigint language plpgsql volatile {DEFINER} as $$
declare
  found_id bigint;
begin
  insert into app_user (email, name, kind) values (address, called, 'customer') on conflict (email) do nothing;
  select id into found_id from app_user where email = address and kind = 'customer' and disabled_at is null;
  return found_id;
end $$
"""
# Stock belongs to no company. An order locks the rows of its goods, then holds some; nothing else of stock can be
# written in a customer's request. Rows are locked in the order of their variant's id, so that orders wait for each
# other and never in a circle.
LOCK_STOCK = f"""
create function lock_stock(store bigint, variants bigint[]) returns table (variant_id bigint, free integer)
language sql volatile {DEFINER} as $$
  select s.variant_id, s.on_hand - s.reserved
    from stock s
   where s.store_id = store and s.variant_id = any(variants)
   order by s.variant_id
     for update
$$
"""
MOVE_RESERVED = """
create function {name}(store bigint, variants bigint[], quantities integer[]) returns void
language plpgsql volatile {definer} as $$
begin
  if exists (select from unnest(quantities) as n where n is null or n <= 0) then
    raise exception 'a quantity of stock is above zero' using errcode = 'check_violation';
  end if;
  update stock s set reserved = s.reserved {sign} w.quantity
    from unnest(variants, quantities) as w(variant_id, quantity)
   where s.store_id = store and s.variant_id = w.variant_id;
end $$
"""
# A session moves only to a company of its person's own, and nobody in a customer's role begins a stay in one. A
# policy cannot say this: it would also refuse to end an old session of a company that the person has left.
SESSION_MOVES = """
create function session_moves() returns trigger language plpgsql as $$
begin
  if row_security_active('user_session') and (
     new.company_id is distinct from old.company_id and new.company_id <> all (own_companies())
     or new.delegation_id is distinct from old.delegation_id and new.delegation_id is not null) then
    raise exception 'a session cannot go there' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$
"""
FUNCTIONS = {
    "own_companies()": "portal_customer",
    "person_to_invite(text, text)": "portal_customer",
    "lock_stock(bigint, bigint[])": "portal_customer",
    "hold_stock(bigint, bigint[], integer[])": "portal_customer",
    "release_stock(bigint, bigint[], integer[])": "portal_books",
}
REVOKED = ("insert on app_user", "update (on_hand, reserved) on stock")
# The seller's people (who looks after us, who wrote on our order), oneself, and whoever belongs to a company whose
# memberships are seen: the own one, its parent, and those to which the person may switch.
PEOPLE_IN_SIGHT = f"""
id = {PERSON} or kind <> 'customer' or exists (select from membership m where m.user_id = app_user.id)
"""
INVITED = f"""
purpose = 'invitation' and company_id = {COMPANY}
and exists (select from membership m where m.user_id = one_time_token.user_id and m.company_id = {COMPANY})
"""
# What a customer's own request writes, and to whom: people it sees. What the books write goes to payers, also to an
# address that somebody typed for a pay link; never a link that signs somebody in.
CUSTOMERS_MAIL = f"""
kind in ('order_confirmation', 'approval_asked', 'approval_refused', 'invitation') and company_id = {COMPANY}
and exists (select from app_user u where u.email = to_email)
"""
BOOKS_MAIL = f"""
kind not in ('password_reset', 'invitation', 'staff_invitation')
and (company_id = {COMPANY} or company_id is null and kind = 'password_changed')
"""


def upgrade() -> None:
    _functions()
    for rights in REVOKED:
        op.execute(f"revoke {rights} from portal_customer")
    op.execute("drop policy insert_in_sight on app_user")
    _replace("app_user", "select_in_sight", f"for select to portal_customer using ({PEOPLE_IN_SIGHT})")
    _replace(
        "membership",
        "insert_in_sight",
        f"for insert to portal_customer with check (company_id = {COMPANY} and invited_at is not null "
        "and disabled_at is not null)",
    )
    _replace("one_time_token", "insert_in_sight", f"for insert to portal_customer with check ({INVITED})")
    op.execute("alter table outbound_mail enable row level security")
    op.execute(
        f"create policy customers_mail on outbound_mail for insert to portal_customer with check ({CUSTOMERS_MAIL})"
    )
    op.execute(
        f"create policy books_mail on outbound_mail for insert to portal_books with check ({BOOKS_MAIL})"
    )
    # Seen is what this very transaction wrote, so that it can queue its sending.
    op.execute(
        "create policy just_written on outbound_mail for select to portal_customer using (created_at = now())"
    )
    op.execute(
        "create trigger session_moves before update of company_id, delegation_id on user_session "
        "for each row execute function session_moves()"
    )


def _functions() -> None:
    for function in (OWN_COMPANIES, PERSON_TO_INVITE, LOCK_STOCK, SESSION_MOVES):
        op.execute(function)
    for name, sign in (("hold_stock", "+"), ("release_stock", "-")):
        op.execute(MOVE_RESERVED.format(name=name, sign=sign, definer=DEFINER))
    for function, role in FUNCTIONS.items():
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to {role}")


def _replace(table: str, policy: str, text: str) -> None:
    op.execute(f"drop policy {policy} on {table}")
    op.execute(f"create policy {policy} on {table} {text}")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
