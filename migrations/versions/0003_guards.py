"""What the database itself refuses: changes to the log, rows of other companies"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = """
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only; a correction is a new row', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$
"""
# A month's partition is made before it is needed; what falls outside all of them goes to the default one, and
# moves into its month when that is made after all. While detached the default one has no row triggers.
PARTITION_FOR_MONTH = """
create function touchpoint_partition(month date) returns text language plpgsql security definer
set search_path = public as $$
declare
  first date := date_trunc('month', month)::date;
  name text := 'touchpoint_y' || to_char(first, 'YYYY"m"MM');
  low bigint := (extract(epoch from first::timestamp at time zone 'UTC') * 1000000)::bigint;
  high bigint := (extract(epoch from (first + interval '1 month')::timestamp at time zone 'UTC') * 1000000)::bigint;
begin
  if to_regclass(name) is null then
    if exists (select from touchpoint_other where occurred_us >= low and occurred_us < high) then
      alter table touchpoint detach partition touchpoint_other;
      execute format('create table %I partition of touchpoint for values from (%s) to (%s)', name, low, high);
      insert into touchpoint select * from touchpoint_other where occurred_us >= low and occurred_us < high;
      delete from touchpoint_other where occurred_us >= low and occurred_us < high;
      alter table touchpoint attach partition touchpoint_other default;
    else
      execute format('create table %I partition of touchpoint for values from (%s) to (%s)', name, low, high);
    end if;
    perform touchpoint_guard(name);
  end if;
  return name;
end $$
"""
# How much a store has to do before the next order: a customer may know that, but not whose orders they are.
STORE_QUEUE = """
create function store_queue(stores bigint[]) returns table (store_id bigint, orders bigint, cans bigint)
language sql stable security definer set search_path = public as $$
  select o.store_id, count(*), coalesce(sum(o.tint_quantity), 0)
    from sales_order o
   where o.store_id = any(stores) and o.status in ('placed', 'accepted', 'picking')
   group by o.store_id
$$
"""
# Row triggers and policies of the parent hold for its partitions only when they are reached through it.
GUARD_PARTITION = """
create function touchpoint_guard(name text) returns void language plpgsql as $$
begin
  execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
                 name || '_no_truncate', name);
  execute format('revoke all on %I from portal_customer', name);
end $$
"""
# Names that have words like these. The planner takes a comparison of trigrams for a cheap one and would read the
# whole table; the settings hold inside the function alone.
SIMILAR_VARIANTS = """
create function similar_variants(words text[]) returns table (variant_id bigint, likeness float8)
language plpgsql stable parallel safe
set enable_seqscan = off
set pg_trgm.word_similarity_threshold = '0.36' as $$
declare
  likeness text;
  all_words text;
begin
  select string_agg(format('word_similarity(%L, name)', word), ' + '),
         string_agg(format('%L <%% name', word), ' and ')
    into likeness, all_words from unnest(words) as word;
  return query execute format(
    'with near as materialized (select id, (%s)::float8 / %s as likeness from variant where %s)
     select id, likeness from near where likeness >= 0.8 * (select max(likeness) from near)',
    likeness, cardinality(words), all_words);
end $$
"""
COMPANY_TABLES = (
    "address",
    "company_job",
    "contract_price",
    "part_number",
    "credit_account",
    "draft",
    "draft_line",
    "sales_order",
    "order_line",
    "order_event",
    "bought",
    "delegation",
)
COMPANY = "nullif(current_setting('app.company_id', true), '')::bigint"
PERSON = "nullif(current_setting('app.user_id', true), '')::bigint"
OWN_COMPANY = f"company_id = {COMPANY}"
# What a customer's request may do at all; a table that is not named here does not exist for it. Columns in
# brackets are the only ones: no request of a customer reads a hash, a link or a mail.
CUSTOMER_RIGHTS = {
    "product": "select",
    "variant": "select",
    "price_list": "select",
    "list_price": "select",
    "colour": "select",
    "contract_price": "select",
    "part_number": "select",
    "address": "select",
    "store": "select",
    "store_hours": "select",
    "store_exception": "select",
    "stock": "select, update (on_hand, reserved)",
    "pickup_slot": "select, insert, update",
    "company": "select, update (acting_consent)",
    "company_job": "select, insert, update",
    "membership": "select, insert, update, delete",
    "delegation": "select, update (ended_at)",
    "app_user": "select (id, email, name, phone, phone_digits, language, time_zone, kind, store_id, disabled_at, "
    "created_at), insert, update (name, phone, phone_digits, language, time_zone)",
    "user_session": "select (id, user_id, company_id, store_id, job_id, delegation_id, created_at, last_seen_at, "
    "expires_at, ended_at, user_agent, network, touch_seq), "
    "update (company_id, store_id, job_id, delegation_id, ended_at, touch_seq)",
    "one_time_token": "select (id, purpose, user_id, company_id, used_at), insert, update (used_at)",
    "outbound_mail": "select (id, key), insert",
    "credit_account": "select, update (used_minor)",
    "draft": "select, insert, update",
    "draft_line": "select, insert, update, delete",
    "sales_order": "select, insert, update",
    "order_line": "select, insert, update",
    "order_event": "select, insert",
    "bought": "select, insert, update",
    "touchpoint": "select, insert",
    "touchpoint_fact": "select, insert",
}
# Companies besides the current one that a person may look at: those they may switch to, and the current one's parent.
COMPANIES_IN_SIGHT = f"""
create function companies_in_sight() returns bigint[] language sql stable security definer set search_path = public as $$
  select array(
    select m.company_id from membership m where m.user_id = {PERSON} and m.disabled_at is null
    union select c.id from membership m join company c on c.parent_id = m.company_id
           where m.user_id = {PERSON} and m.disabled_at is null
    union select c.parent_id from company c where c.id = {COMPANY} and c.parent_id is not null)
$$
"""
# Tables of people: what of them, besides its own company's, a customer's request sees, and what it changes.
PEOPLE_POLICIES = {
    "app_user": {
        "select": "true",
        "insert": "kind = 'customer' and password_hash is null",
        "update": f"id = {PERSON}",
    },
    "user_session": {"select": f"user_id = {PERSON} or {OWN_COMPANY}", "update": f"user_id = {PERSON}"},
    "membership": {
        "select": f"{OWN_COMPANY} or user_id = {PERSON} or company_id = any((select companies_in_sight())::bigint[])",
        "insert": OWN_COMPANY,
        "update": OWN_COMPANY,
        "delete": OWN_COMPANY,
    },
    "company": {
        "select": f"id = {COMPANY} or id = any((select companies_in_sight())::bigint[])",
        "update": f"id = {COMPANY}",
    },
    "one_time_token": {
        "select": f"{OWN_COMPANY} or user_id = {PERSON}",
        "insert": OWN_COMPANY,
        "update": f"{OWN_COMPANY} or user_id = {PERSON}",
    },
}
# For the portal alone; a customer's request queues jobs, but neither reads nor changes them.
OWNERS_FUNCTIONS = ("touchpoint_partition(date)", "touchpoint_guard(text)")


def upgrade() -> None:
    op.execute("create sequence if not exists order_number_seq start with 100001")
    op.execute(APPEND_ONLY)
    for table in ("touchpoint", "touchpoint_fact"):
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table} "
            "for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger {table}_no_truncate before truncate on {table} "
            "for each statement execute function refuse_change()"
        )
    op.execute(PARTITION_FOR_MONTH)
    op.execute(STORE_QUEUE)
    op.execute(SIMILAR_VARIANTS)
    op.execute(GUARD_PARTITION)
    op.execute("create table touchpoint_other partition of touchpoint default")
    op.execute("select touchpoint_guard('touchpoint_other')")
    op.execute(
        "select touchpoint_partition((date_trunc('month', now()) + make_interval(months => n))::date) "
        "from generate_series(0, 3) as n"
    )
    for table in COMPANY_TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy own_company on {table} to portal_customer using ({OWN_COMPANY}) with check ({OWN_COMPANY})"
        )
    op.execute("alter table touchpoint enable row level security")
    own = OWN_COMPANY.replace("company_id =", "account_id =", 1)
    op.execute(f"create policy own_company_reads on touchpoint for select to portal_customer using ({own})")
    # A person without a company (yet) leaves touchpoints without one.
    op.execute(
        f"create policy own_company_adds on touchpoint for insert to portal_customer "
        f"with check (account_id is null or {own})"
    )
    _limit_customers()


def _limit_customers() -> None:
    op.execute(
        "alter default privileges in schema public "
        "revoke select, insert, update, delete on tables from portal_customer"
    )
    op.execute("revoke all on all tables in schema public from portal_customer")
    for table, rights in CUSTOMER_RIGHTS.items():
        op.execute(f"grant {rights} on {table} to portal_customer")
    op.execute(COMPANIES_IN_SIGHT)
    for table, policies in PEOPLE_POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        for action, condition in policies.items():
            clause = "with check" if action == "insert" else "using"
            op.execute(
                f"create policy {action}_in_sight on {table} for {action} to portal_customer {clause} ({condition})"
            )
    for function in OWNERS_FUNCTIONS:
        op.execute(f"revoke execute on function {function} from public")
    op.execute(
        "alter function procrastinate_defer_jobs_v1 security definer set search_path = public, pg_temp"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
