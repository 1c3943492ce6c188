"""orders.csv with order_lines.csv: staged in the database, then checked and written order by order, in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from sqlalchemy.orm import Session

from portal.foundation.money import line_total
from portal.importing import cells
from portal.importing.bought import refresh_bought
from portal.importing.files import Column, Rejects, Row, Table
from portal.importing.loading import Tick
from portal.importing.order_rules import line_reasons, order_reasons, whole_order_reasons
from portal.importing.order_writer import ImportedLine, ImportedOrder, OrderWriter
from portal.importing.references import References
from portal.importing.upsert import Written, copy_into

BATCH = 1_000

ORDER_COLUMNS = (
    Column("number", cells.code(20), True),
    Column("company_code", cells.code(20), True),
    Column("placed_at", cells.moment, True),
    Column("placed_by_email", cells.email),
    Column("on_behalf_of_email", cells.email),
    Column("on_behalf_reason", cells.text(200), default=""),
    Column(
        "status",
        cells.one_of(
            "placed",
            "accepted",
            "picking",
            "ready",
            "collected",
            "out",
            "delivered",
            "cancelled",
            "backordered",
        ),
        True,
    ),
    Column("fulfilment", cells.one_of("pickup", "delivery"), True),
    Column("store_code", cells.code(20), True),
    Column("po_number", cells.text(40), default=""),
    Column("job", cells.text(120), default=""),
    Column("currency", cells.currency, True),
    Column("window_start", cells.moment),
    Column("window_end", cells.moment),
    Column("promised_at", cells.moment),
    Column("ready_at", cells.moment),
    Column("closed_at", cells.moment),
    Column("pickup_person", cells.text(120), default=""),
    Column("address_label", cells.text(60)),
)
LINE_COLUMNS = (
    Column("order_number", cells.code(20), True),
    Column("line", cells.integer(1, 10_000), True),
    Column("sku", cells.code(40), True),
    Column("name", cells.text(200)),
    Column("quantity", cells.integer(1, 1_000_000), True),
    Column("unit_price", cells.price, True),
    Column("colour_number", cells.text(20)),
    Column("colour_name", cells.text(80)),
    Column(
        "state",
        cells.one_of(
            "placed", "accepted", "picking", "tinting", "ready", "collected", "out", "delivered", "cancelled",
            "backordered",
        ),
        True,
    ),
    Column("quantity_fulfilled", cells.integer(0, 1_000_000), default=0),
)  # fmt: skip


class OrderFiles:
    """Imports the pair of files. Orders whose number is there already are left as they are."""

    def __init__(
        self, connection: Connection[Any], session: Session, refs: References, rejects: Rejects
    ) -> None:
        self.connection = connection
        self.session = session
        self.refs = refs
        self.rejects = rejects
        self.writer = OrderWriter(session, connection)

    def load(self, orders: Path, lines: Path, now: datetime, tick: Tick) -> Written:
        """Import all orders of the two files."""
        self.orders, self.lines = Table(orders, ORDER_COLUMNS), Table(lines, LINE_COLUMNS)
        needs = ("stores", "variants", "companies", "users", "colours", "jobs", "addresses")
        self.refs.load(self.connection, *needs)
        self._stage(tick)
        total = Written()
        self._reject_strays(total)
        for batch in self._batches():
            total.plus(self._batch(batch, now))
        refresh_bought(self.session)
        self.session.commit()
        self.connection.execute("drop table stage_order; drop table stage_line")
        return total

    def _stage(self, tick: Tick) -> None:
        self.connection.execute(
            "create temporary table stage_order (number text, row_no int, raw text, reasons text);"
            "create temporary table stage_line (number text, row_no int, raw text, reasons text)"
        )
        for name, table, key in (
            ("stage_order", self.orders, "number"),
            ("stage_line", self.lines, "order_number"),
        ):
            copy_into(
                self.connection, name, ("number", "row_no", "raw", "reasons"), self._staged(table, key, tick)
            )
            self.connection.execute(f"create index on {name} (number)")
        self.connection.execute("analyze stage_order; analyze stage_line")

    def _staged(self, table: Table, key: str, tick: Tick) -> Iterator[Sequence[Any]]:
        position = table.header.index(key)
        for count, row in enumerate(table.rows(), 1):
            number = row.raw[position].strip() if len(row.raw) > position else ""
            yield number, row.number, json.dumps(row.raw), None
            if count % 5_000 == 0:
                tick(5_000)

    def _batches(self) -> Iterator[list[str]]:
        last = ""
        while True:
            rows = self.connection.execute(
                "select distinct number from stage_order where number > %s order by number limit %s",
                [last, BATCH],
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [number for (number,) in rows]

    def _rows(self, stage: str, table: Table, numbers: list[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for number, row_no, raw in self.connection.execute(
            f"select number, row_no, raw from {stage} where number = any(%s) order by number, row_no",
            [numbers],
        ):
            found.setdefault(number, []).append(table.parse(row_no, json.loads(raw)))
        return found

    def _batch(self, numbers: list[str], now: datetime) -> Written:
        there = self.writer.existing(numbers)
        orders = self._rows("stage_order", self.orders, numbers)
        lines = self._rows("stage_line", self.lines, numbers)
        written = Written(unchanged=len(there))
        fresh: list[tuple[ImportedOrder, Row, list[Row]]] = []
        for number in numbers:
            if number in there:
                continue
            first, *repeats = orders[number]
            self._refuse_repeats(first, repeats, written)
            order = self._check(first, lines.get(number, []), now)
            if order is None:
                self._reject(first, lines.get(number, []), written)
            else:
                fresh.append((order, first, lines[number]))
        rows_of = {id(order): (row, own_lines) for order, row, own_lines in fresh}
        for order, reason in self.writer.write([order for order, _, _ in fresh], now):
            row, own_lines = rows_of.pop(id(order))
            row.reasons.append(reason)
            self._reject(row, own_lines, written)
        self.session.commit()
        written.added = len(rows_of)
        return written

    def _check(self, row: Row, lines: list[Row], now: datetime) -> ImportedOrder | None:
        """The order, or None with the reasons noted on its rows."""
        v = row.values
        row.reasons.extend(r for r in order_reasons(v, now) if r not in row.reasons)
        company = self._ref(row, "company_code", self.refs.companies, "company")
        store = self._ref(row, "store_code", self.refs.stores, "store")
        placer = self._ref(row, "placed_by_email", self.refs.users, "user")
        subject = self._ref(row, "on_behalf_of_email", self.refs.users, "user")
        if company is not None:
            self._check_people(row, company, placer, subject)
            if v.get("currency") not in (None, company.currency):
                row.wrong("currency", "not the company's")
        ship_to = None
        if company is not None and v.get("address_label"):
            ship_to = self.refs.addresses.get((company.id, v["address_label"]))
            if ship_to is None:
                row.wrong("address_label", "no such address")
        states = [line.values.get("state") for line in lines]
        if not row.reasons:
            row.reasons.extend(whole_order_reasons(v["status"], [s for s in states if s]))
        made = self._check_lines(row, lines)
        if row.reasons or any(line.reasons for line in lines):
            return None
        job = self.refs.jobs.get((company.id, v["job"]))
        return ImportedOrder(
            number=v["number"], company_id=company.id, status=v["status"], fulfilment=v["fulfilment"],
            currency=v["currency"], placed_at=v["placed_at"], lines=made, store_id=store,
            window_start=v["window_start"], window_end=v["window_end"], promised_at=v["promised_at"],
            ready_at=v["ready_at"], closed_at=v["closed_at"], pickup_person=v["pickup_person"], ship_to=ship_to,
            po_number=v["po_number"], job_id=job, job_name=v["job"],
            placed_by_id=placer and placer.id, placed_by_name=placer.name if placer else "",
            placed_by_kind=placer.kind if placer else "system",
            subject_id=(subject or placer) and (subject or placer).id,
            subject_name=subject.name if subject else (placer.name if placer else ""), reason=v["on_behalf_reason"],
        )  # fmt: skip

    def _check_people(self, row: Row, company: Any, placer: Any, subject: Any) -> None:
        v = row.values
        if company.account_kind == "trade" and v.get("placed_by_email") is None:
            row.wrong("placed_by_email", "missing")
        if placer is not None and placer.kind != "customer" and v.get("on_behalf_of_email") is None:
            row.wrong("on_behalf_of_email", "missing")
        if placer is not None and placer.kind == "customer" and v.get("on_behalf_of_email") is not None:
            row.wrong("on_behalf_of_email", "only when placed by staff")
        if subject is not None and subject.kind != "customer":
            row.wrong("on_behalf_of_email", "not a customer")

    def _check_lines(self, order: Row, lines: list[Row]) -> list[ImportedLine]:
        made = []
        seen: dict[int, int] = {}
        for line in lines:
            v = line.values
            variant = self._ref(line, "sku", self.refs.variants, "variant")
            tintable = variant.tintable if variant else True
            line.reasons.extend(line_reasons(v, order.values.get("status"), tintable=tintable))
            first = seen.setdefault(v.get("line") or 0, line.number)
            if first != line.number:
                line.reasons.append(f"same key as row {first}")
            if line.reasons or order.values.get("currency") is None:
                continue
            made.append(
                ImportedLine(
                    line_no=v["line"], variant_id=variant.id, sku=v["sku"], name=v["name"] or variant.name,
                    unit=variant.unit, quantity=v["quantity"], unit_price=v["unit_price"],
                    total_minor=line_total(v["unit_price"], v["quantity"], order.values["currency"]),
                    state=v["state"], fulfilled=v["quantity_fulfilled"], colour_number=v["colour_number"],
                    colour_name=v["colour_name"], colour_hex=self.refs.colours.get(v["colour_number"] or ""),
                )
            )  # fmt: skip
        return made

    def _ref(self, row: Row, column: str, among: dict[Any, Any], what: str) -> Any:
        value = row.values.get(column)
        if value is None:
            return None
        if value not in among:
            row.wrong(column, f"no such {what}")
        return among.get(value)

    def _reject(self, order: Row, lines: list[Row], written: Written) -> None:
        """An order and its lines go together: each row tells its own reasons, or whose fault it was."""
        number = order.values.get("number") or ""
        bad = next((("order_lines.csv", r) for r in lines if r.reasons), None)
        if order.reasons:
            bad = ("orders.csv", order)
        file, culprit = bad or ("orders.csv", order)
        because = [f"order {number} has a rejected row ({file} row {culprit.number})"]
        self.rejects.add("orders.csv", self.orders.header, order.number, order.reasons or because, order.raw)
        for line in lines:
            self.rejects.add(
                "order_lines.csv", self.lines.header, line.number, line.reasons or because, line.raw
            )
        written.rejected += 1

    def _refuse_repeats(self, first: Row, repeats: list[Row], written: Written) -> None:
        for row in repeats:
            reason = [f"same key as row {first.number}"]
            self.rejects.add("orders.csv", self.orders.header, row.number, reason, row.raw)
            written.rejected += 1

    def _reject_strays(self, total: Written) -> None:
        """Lines without an order, orders without a number."""
        for row_no, raw in self.connection.execute(
            "select row_no, raw from stage_line l where number = '' or "
            "not exists (select from stage_order o where o.number = l.number) order by row_no"
        ):
            row = self.lines.parse(row_no, json.loads(raw))
            reasons = row.reasons or ["order_number: no such order"]
            self.rejects.add("order_lines.csv", self.lines.header, row_no, reasons, row.raw)
            total.rejected += 1
        for row_no, raw in self.connection.execute("select row_no, raw from stage_order where number = ''"):
            row = self.orders.parse(row_no, json.loads(raw))
            self.rejects.add("orders.csv", self.orders.header, row_no, row.reasons, row.raw)
            total.rejected += 1
