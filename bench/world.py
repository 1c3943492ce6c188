"""A made-up world for measuring, written by the database itself: 4,000 products, 500 companies,
25,000 orders of 20 lines for SCALE=1, and as many times the orders for a larger SCALE. A fifth of all orders is
the first company's, so that with SCALE=20 there is one with 100,000. Every order has its invoice; one in twenty of
them is open, due in the months before and after today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from bench.client import Person

PRODUCTS = 4_000
COMPANIES = 500
STORES = 25
ORDERS = 25_000
LINES = 20
CREDIT = 10**15  # nobody is refused while measuring

PLACES = f"""
insert into price_list (code, name, currency) values ('BENCH', 'Bench prices', 'USD');
insert into store (code, name, line1, city, region, postcode, latitude, longitude, time_zone, window_capacity)
select 'B' || n, 'Bench store ' || n, n || ' Test Street', 'Testville', 'OH', '44101', 40 + n * 0.05, -82 - n * 0.05,
       'America/New_York', 1000000 from generate_series(1, {STORES}) n;
insert into store_hours (store_id, weekday, opens, closes)
select id, day, time '00:00', time '23:59' from store, generate_series(1, 7) day;
insert into product (code, name, category)
select 'BP' || n, initcap(words[1 + n % 8] || ' ' || kinds[1 + n / 8 % 6]) || ' ' || n, kinds[1 + n / 8 % 6]
  from generate_series(1, {PRODUCTS}) n,
       (select array['shield','durable','prime','satin','ultra','classic','rapid','weather'] words,
               array['interior paint','exterior paint','primer','stain','epoxy','roller'] kinds) w;
insert into variant (sku, product_id, name, size, unit)
select 'BN-' || lpad(p.id::text, 5, '0'), p.id, p.name || ', 1 gal', '1 gal', 'each' from product p;
insert into list_price (price_list_id, variant_id, min_quantity, unit_price, valid_from)
select l.id, v.id, 1, 10 + v.id % 90 + 0.25, date '2020-01-01' from variant v, price_list l;
insert into stock (store_id, variant_id, on_hand) select s.id, v.id, 100000000 from store s, variant v;
"""
PEOPLE = f"""
insert into company (code, name, price_list_id, home_store_id, phone, phone_digits, email)
select 'BC' || n, 'Painting company ' || n, (select id from price_list),
       (select id from store order by id offset n % {STORES} limit 1),
       '(614) 555-' || lpad(n::text, 4, '0'), '614555' || lpad(n::text, 4, '0'), 'office' || n || '@bench.example'
  from generate_series(1, {COMPANIES}) n;
insert into credit_account (company_id, currency, limit_minor) select id, 'USD', {CREDIT} from company;
insert into app_user (email, name, kind) select 'buyer' || id || '@bench.example', 'Buyer ' || id, 'customer' from company;
insert into app_user (email, name, kind) values ('support@bench.example', 'Support', 'support');
insert into membership (user_id, company_id, role)
select u.id, c.id, 'buyer' from company c join app_user u on u.email = 'buyer' || c.id || '@bench.example';
insert into user_session (token_hash, user_id, company_id, created_at, last_seen_at, expires_at)
select sha256(convert_to('bench-' || u.id, 'UTF8')), u.id, m.company_id, now(), now(), now() + interval '10 days'
  from app_user u left join membership m on m.user_id = u.id;
"""
HISTORY = """
insert into sales_order (number, company_id, source, status, fulfilment, store_id, promised_at, closed_at, po_number,
                         job_name, currency, total_minor, line_count, on_account, placed_by_user_id, placed_by_name,
                         subject_user_id, subject_name, placed_at)
select 'BO-' || n, c.id, 'import', 'collected', 'pickup', c.home_store_id, at, at, 'PO-' || n, 'Job ' || n % 40, 'USD', 0,
       :lines, false, m.user_id, 'Buyer ' || c.id, m.user_id, 'Buyer ' || c.id, at
  from generate_series(cast(:first as bigint), cast(:last as bigint)) n
  cross join lateral (select now() - make_interval(mins => (n * 37 % 1000000)::int) as at) t
  join company c on c.id = (select min(id) from company) + case when n % 5 = 0 then 0 else n / 5 % :companies end
  join membership m on m.company_id = c.id
"""
HISTORY_LINES = """
insert into order_line (order_id, line_no, company_id, variant_id, sku, name, unit, quantity, quantity_fulfilled,
                        quantity_invoiced, unit_price, total_minor, state)
select o.id, k, o.company_id, v.id, v.sku, v.name, 'each', 1 + k % 5, 1 + k % 5, 1 + k % 5, p.unit_price,
       round(p.unit_price * (1 + k % 5) * 100), 'collected'
  from sales_order o cross join generate_series(1, cast(:lines as int)) k
  join variant v on v.id = (select min(id) from variant) + (o.id * 13 + k * 97) % :products
  join list_price p on p.variant_id = v.id
 where o.id between :first and :last
"""
# What settles an invoice came before the books began; the others are all of what is open.
INVOICES = (
    """
    insert into invoice (number, kind, source, company_id, order_id, order_number, issue_key, store_id, issued_at,
                         issued_on, due_on, terms_words, currency, net_minor, total_minor, open_minor, settled_at,
                         po_number, job_name, bill_to)
    select o.number, 'invoice', 'import', o.company_id, o.id, o.number, 'order:' || o.id, o.store_id, o.placed_at,
           o.placed_at::date, o.placed_at::date + 30, 'Net 30', o.currency, o.total_minor, o.total_minor,
           case when is_open then o.total_minor else 0 end, case when not is_open then o.placed_at end,
           o.po_number, o.job_name, jsonb_build_object('name', c.name, 'code', c.code)
      from sales_order o join company c on c.id = o.company_id
     cross join lateral (select o.id % 100 in (0, 3, 21, 42) as is_open) f
     where o.id between :first and :last
    """,
    """
    insert into invoice_line (invoice_id, line_no, company_id, order_line_no, sku, name, unit, quantity, unit_price, net_minor)
    select i.id, l.line_no, l.company_id, l.line_no, l.sku, l.name, l.unit, l.quantity, l.unit_price, l.total_minor
      from invoice i join order_line l on l.order_id = i.order_id where i.order_id between :first and :last
    """,
    """
    insert into ledger_transaction (posting_key, kind, company_id, currency, occurred_at, words)
    select k.kind || ':' || i.number, k.kind, i.company_id, i.currency, i.issued_at, i.number
      from invoice i join (values ('invoice'), ('opening')) k(kind) on k.kind = 'invoice' or i.open_minor = 0
     where i.order_id between :first and :last order by i.id, k.kind
    """,
    """
    insert into ledger_entry (transaction_id, line_no, company_id, account, amount_minor, currency, invoice_id)
    select t.id, s.line_no, i.company_id, s.account, s.sign * i.total_minor, i.currency, i.id
      from invoice i join (values ('invoice', 1, 'receivable', 1), ('invoice', 2, 'sales', -1),
                                  ('opening', 1, 'opening', 1), ('opening', 2, 'receivable', -1))
                          s(kind, line_no, account, sign) on true
      join ledger_transaction t on t.posting_key = s.kind || ':' || i.number
     where i.order_id between :first and :last
    """,
)
OWED = """
update credit_account c set used_minor = d.owed
  from (select company_id, sum(open_minor) as owed from invoice where open_minor <> 0 group by company_id) d
 where d.company_id = c.company_id
"""
AFTERWARDS = (
    "update sales_order o set total_minor = l.total from "
    "(select order_id, sum(total_minor) as total from order_line group by order_id) l where l.order_id = o.id",
    "insert into order_event (order_id, company_id, at, to_state, actor_name) "
    "select id, company_id, placed_at, 'placed', placed_by_name from sales_order",
    "insert into bought (company_id, variant_id, times, total_quantity, last_quantity, last_order_id, last_ordered_at) "
    "select l.company_id, l.variant_id, count(*), sum(l.quantity), max(l.quantity), max(o.id), max(o.placed_at) "
    "from order_line l join sales_order o on o.id = l.order_id group by l.company_id, l.variant_id",
)
BATCH = 25_000


@dataclass(frozen=True)
class World:
    """What the scenarios need to know: people to be and things to look for."""

    buyers: list[Person]
    support: Person
    numbers: list[str]
    companies: int
    orders: int
    lines: int


def make(engine: Engine, scale: float) -> None:
    """Fill an empty, migrated database."""
    orders = int(ORDERS * scale)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set statement_timeout = 0"))
        driver: Any = connection.connection.driver_connection  # takes several statements at once
        for part in (PLACES, PEOPLE):
            driver.execute(part)
        first = 1
        while first <= orders:
            last = min(orders, first + BATCH - 1)
            values = {"first": first, "last": last, "lines": LINES, "companies": COMPANIES}
            connection.execute(text(HISTORY), values)
            connection.execute(text(HISTORY_LINES), {**values, "products": PRODUCTS})
            first = last + 1
        for statement in AFTERWARDS:
            connection.exec_driver_sql(statement)
        _invoice(connection, orders)
        connection.exec_driver_sql("vacuum analyze")


def _invoice(connection: Connection, orders: int) -> None:
    """Without the guards, which would look at each of ten million rows: what they keep is written out here."""
    connection.exec_driver_sql("set session_replication_role = replica")
    for first in range(1, orders + 1, BATCH):
        values = {"first": first, "last": min(orders, first + BATCH - 1)}
        for statement in INVOICES:
            connection.execute(text(statement.replace(":'", r"\:'").replace("::", r"\:\:")), values)
    connection.exec_driver_sql(OWED)
    connection.exec_driver_sql("set session_replication_role = origin")


def look(engine: Engine) -> World:
    """Read back what the scenarios use."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "select distinct on (m.user_id) m.user_id, o.number, o.store_id from membership m "
                "join sales_order o on o.company_id = m.company_id where o.number like 'BO-%' order by m.user_id, o.id"
            )
        ).all()
        support = connection.execute(text("select id from app_user where kind = 'support'")).scalar_one()
        numbers = [
            n
            for (n,) in connection.execute(
                text("select number from sales_order where number like 'BO-%' limit 5000")
            )
        ]
        counts = connection.execute(
            text(
                "select (select count(*) from company), (select count(*) from sales_order), count(*) from order_line"
            )
        ).one()
    return World([Person(*row) for row in rows], Person(support), numbers, *counts)
