"""CSV files to import, row by row, and what an import left in the database, in comparable words."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from portal.exchange.folder import import_folder
from portal.intake.progress import quiet
from portal.intake.report import Report
from tests.builders import PASSWORD_HASH

NOW = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
Fields = Mapping[str, str]

# One row of each file that is in order, and belongs to the others.
GOOD: dict[str, Fields] = {
    "stores": {
        "code": "CHI-01",
        "name": "Chicago West Loop",
        "line1": "2140 W Fulton Mill St",
        "city": "Chicago",
        "region": "IL",
        "country": "US",
        "latitude": "41.8867",
        "longitude": "-87.6794",
        "time_zone": "America/Chicago",
    },
    "store_hours": {"store_code": "CHI-01", "weekday": "6", "opens": "06:30", "closes": "18:00"},
    "store_exceptions": {"store_code": "CHI-01", "date": "2026-11-26", "opens": "07:00", "closes": "12:00"},
    "colours": {"number": "AM-4103", "name": "Bluebird Box", "hex": "#86AFC8", "family": "Blues"},
    "products": {"code": "INT-300", "name": "Foreman 300 Interior Acrylic", "tintable": "yes"},
    "variants": {
        "sku": "INT-300-5",
        "product_code": "INT-300",
        "name": "Foreman 300, 5 gal",
        "size": "5 gal",
    },
    "price_lists": {"code": "TRADE", "name": "Trade", "currency": "USD"},
    "prices": {"price_list": "TRADE", "sku": "INT-300-5", "unit_price": "148.5000"},
    "companies": {
        "code": "C1",
        "name": "Bluestem Painting",
        "price_list": "TRADE",
        "currency": "USD",
        "credit_limit": "25000.00",
        "home_store": "CHI-01",
    },
    "addresses": {
        "company_code": "C1",
        "label": "Shop",
        "line1": "818 N Larkspur Ave",
        "city": "Chicago",
        "country": "US",
    },
    "users": {
        "email": "buyer@demo.example",
        "name": "Renée Okonkwo",
        "kind": "customer",
        "password_hash": PASSWORD_HASH,
    },
    "memberships": {"email": "buyer@demo.example", "company_code": "C1", "role": "buyer"},
    "rep_assignments": {"email": "rep@demo.example", "company_code": "C1"},
    "jobs": {"company_code": "C1", "name": "Lincoln Elementary", "po_number": "PO-88121"},
    "contract_prices": {"company_code": "C1", "sku": "INT-300-5", "unit_price": "131.25", "contract": "2026"},
    "part_numbers": {"company_code": "C1", "sku": "INT-300-5", "part_number": "BS-WALL-5"},
    "stock": {"store_code": "CHI-01", "sku": "INT-300-5", "on_hand": "100"},
    "tax_rates": {"region": "il", "name": "IL sales tax", "percent": "10.25", "valid_from": "2020-01-01"},
    "tax_exemptions": {
        "company_code": "C1",
        "region": "IL",
        "certificate_number": "E-1234",
        "exempt_for": "resale",
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
    },
    "payments": {
        "number": "CH-1007",
        "company_code": "C1",
        "received_on": "2026-04-20",
        "kind": "cheque",
        "amount": "594.00",
        "reference": "1007",
    },
    "payment_allocations": {"payment_number": "CH-1007", "invoice_number": "H-1", "amount": "594.00"},
    "orders": {
        "number": "H-1",
        "company_code": "C1",
        "placed_at": "2026-03-31T06:41:07-05:00",
        "placed_by_email": "buyer@demo.example",
        "status": "collected",
        "fulfilment": "pickup",
        "store_code": "CHI-01",
        "currency": "USD",
        "closed_at": "2026-03-31T08:21:40-05:00",
    },
    "order_lines": {
        "order_number": "H-1",
        "line": "1",
        "sku": "INT-300-5",
        "quantity": "4",
        "unit_price": "148.5000",
        "state": "collected",
        "quantity_fulfilled": "4",
    },
}
# Only in folders that say so.
LATER = ("tax_rates", "tax_exemptions", "payments", "payment_allocations")
REP = {"email": "rep@demo.example", "name": "Rae Pine", "kind": "rep"}
OPEN = {
    "status": "placed",
    "closed_at": "",
    "placed_at": "2026-06-01T09:00:00Z",
    "promised_at": "2026-06-02T15:00:00Z",
}
OPEN_LINE = {"state": "placed", "quantity_fulfilled": "0"}


class Folder:
    """An import folder that begins with one good row in each file."""

    def __init__(self, path: Path, *, empty: bool = False) -> None:
        self.path = path
        self.rows: dict[str, list[dict[str, str]]] = {}
        if not empty:
            self.rows = {name: [dict(row)] for name, row in GOOD.items() if name not in LATER}
            self.add("users", **REP)

    def add(self, file: str, **fields: str) -> dict[str, str]:
        """One more row: the good one with other fields."""
        row = {**GOOD[file], **fields}
        self.rows.setdefault(file, []).append(row)
        return row

    def only(self, *files: str) -> Folder:
        """Drop the rows of all files but these."""
        self.rows = {name: rows for name, rows in self.rows.items() if name in files}
        return self

    def order(self, number: str, *lines: Fields, **fields: str) -> None:
        """One more order with its lines; without any given, the good one."""
        self.add("orders", number=number, **fields)
        for line_no, line in enumerate(lines or ({},), 1):
            self.add("order_lines", **{"order_number": number, "line": str(line_no), **line})

    def write(self) -> Path:
        """The files, plain."""
        self.path.mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            header = list(dict.fromkeys(column for row in rows for column in row))
            with (self.path / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, header, restval="")
                writer.writeheader()
                writer.writerows(rows)
        return self.path

    def load(self, engine: Engine, now: datetime = NOW) -> Report:
        """Write and import the files."""
        return import_folder(engine, self.write(), now, quiet)

    def raw(self, file: str, content: bytes, *, compressed: bool = False) -> None:
        """Exactly these bytes as a file, which :meth:`write` leaves alone."""
        self.rows.pop(file, None)
        self.path.mkdir(parents=True, exist_ok=True)
        name = f"{file}.csv.gz" if compressed else f"{file}.csv"
        (self.path / name).write_bytes(gzip.compress(content) if compressed else content)

    def rejected(self, file: str) -> dict[int, str]:
        """Reasons by row number."""
        return {int(row["row"]): row["reason"] for row in self.rejected_rows(file)}

    def rejected_rows(self, file: str) -> list[dict[str, str]]:
        """The file of rejected rows; empty when there is none."""
        path = self.path / "rejected" / f"{file}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as handle:
            separator = handle.readline()[len("row")]
            handle.seek(0)
            return list(csv.DictReader(handle, delimiter=separator))


def scalar(engine: Engine, sql: str, **values: object) -> object:
    """One value."""
    with engine.connect() as connection:
        return connection.execute(text(sql), values).scalar_one()


def column(engine: Engine, sql: str) -> list[object]:
    """The first value of each row."""
    with engine.connect() as connection:
        return list(connection.execute(text(sql)).scalars())


def fingerprint(engine: Engine) -> dict[str, str]:
    """Every row of every table with its place and the transaction that wrote it: the same only when nothing was
    written."""
    with engine.connect() as connection:
        tables = connection.execute(
            text(
                "select relname from pg_class c join pg_namespace n on n.oid = relnamespace "
                "where nspname = 'public' and relkind = 'r' and relname not like 'procrastinate%'"
            )
        ).scalars()
        return {
            table: connection.execute(
                text(
                    "select count(*) || ' ' || coalesce(sum(hashtextextended(concat(t.xmin, t.ctid, t::text), 0)), 0) "
                    f'from "{table}" t'
                )
            ).scalar_one()
            for table in list(tables)
        }


# What two imports of the same files have in common, however often one of them was stopped: no ids, no codes.
CONTENTS = (
    "select s.code, s.name, s.lead_minutes, s.window_capacity from store s",
    "select number, name, hex from colour",
    "select p.code, v.sku, v.name, v.pack_size, v.discontinued_on, r.sku from variant v "
    "join product p on p.id = v.product_id left join variant r on r.id = v.replacement_id",
    "select c.code, c.name, p.code as parent, a.limit_minor, a.used_minor, a.on_hold from company c "
    "left join company p on p.id = c.parent_id left join credit_account a on a.company_id = c.id",
    "select v.sku, p.min_quantity, p.unit_price, p.valid_from, p.valid_to, l.code from list_price p "
    "join variant v on v.id = p.variant_id join price_list l on l.id = p.price_list_id",
    "select email, name, kind, password_hash from app_user",
    "select u.email, c.code, m.role from membership m join app_user u on u.id = m.user_id "
    "join company c on c.id = m.company_id",
    "select s.code, v.sku, k.on_hand, k.reserved from stock k join store s on s.id = k.store_id "
    "join variant v on v.id = k.variant_id",
    "select s.code, p.starts_at, p.booked from pickup_slot p join store s on s.id = p.store_id",
    "select o.number, c.code, o.kind, o.status, o.total_minor, o.line_count, o.placed_at, o.promised_at, o.closed_at, "
    "o.placed_by_name, o.subject_name, o.po_number, o.job_name, o.on_account, o.credit_released_minor "
    "from sales_order o join company c on c.id = o.company_id",
    "select o.number, l.line_no, l.sku, l.name, l.quantity, l.quantity_reserved, l.quantity_fulfilled, "
    "l.quantity_backordered, l.quantity_cancelled, l.unit_price, l.total_minor, l.colour_number, l.state "
    "from order_line l join sales_order o on o.id = l.order_id",
    "select i.number, i.kind, c.code, i.issued_on, i.due_on, i.total_minor, i.open_minor, i.settled_at from invoice i "
    "join company c on c.id = i.company_id",
    "select i.number, l.line_no, l.sku, l.quantity, l.net_minor, l.tax_minor from invoice_line l "
    "join invoice i on i.id = l.invoice_id",
    "select p.number, c.code, p.kind, p.amount_minor, p.unapplied_minor, p.received_on, p.method_words from payment p "
    "join company c on c.id = p.company_id",
    "select t.posting_key, t.kind, t.occurred_at, e.line_no, e.account, e.amount_minor, i.number from ledger_entry e "
    "join ledger_transaction t on t.id = e.transaction_id left join invoice i on i.id = e.invoice_id",
    "select o.number, e.at, e.from_state, e.to_state, e.actor_name from order_event e "
    "join sales_order o on o.id = e.order_id",
    "select c.code, v.sku, b.colour_number, b.times, b.total_quantity, b.last_quantity, b.last_ordered_at "
    "from bought b join company c on c.id = b.company_id join variant v on v.id = b.variant_id",
    "select name, idempotency_key, occurred_us, value_minor, actor_role from touchpoint",
)


def contents(engine: Engine) -> list[str]:
    """A digest of each part of the business, without what differs from run to run."""
    with engine.connect() as connection:
        return [
            connection.execute(
                text(
                    f"select count(*) || ' ' || md5(coalesce(string_agg(q::text, '|' order by q::text), '')) from ({sql}) q"
                )
            ).scalar_one()
            for sql in CONTENTS
        ]


def as_csv(header: Iterable[str], *rows: Iterable[str]) -> bytes:
    """Lines of a file whose fields need no quotes."""
    return "".join(",".join(row) + "\n" for row in (header, *rows)).encode()
