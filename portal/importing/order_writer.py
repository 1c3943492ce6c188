"""Writing whole orders: lines, events, stock, credit and touchpoints of a batch commit together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.importing.order_rules import OPEN, held
from portal.importing.upsert import copy_into
from portal.touchpoints.interaction import Interaction, set_interaction
from portal.touchpoints.recording import Event, record

OWN_NUMBER = re.compile(r"^CP-(\d{1,9})$")
IMPORT = Interaction(source="import", channel="import")

ORDER_COLUMNS = (
    "id", "number", "company_id", "source", "kind", "status", "fulfilment", "store_id", "window_start", "window_end",
    "promised_at", "ready_at", "closed_at", "pickup_code", "pickup_person", "ship_to", "po_number", "job_id",
    "job_name", "currency", "total_minor", "line_count", "tint_quantity", "on_account", "credit_released_minor",
    "placed_by_user_id", "placed_by_name", "subject_user_id", "subject_name", "on_behalf_reason", "placed_at",
)  # fmt: skip
LINE_COLUMNS = (
    "order_id", "line_no", "company_id", "variant_id", "sku", "name", "unit", "colour_number", "colour_name",
    "colour_hex", "quantity", "quantity_reserved", "quantity_ready", "quantity_fulfilled", "quantity_backordered",
    "quantity_cancelled", "unit_price", "total_minor", "price_rule", "state",
)  # fmt: skip
EVENT_COLUMNS = (
    "order_id", "company_id", "at", "from_state", "to_state", "actor_user_id", "actor_name", "actor_kind",
    "on_behalf_of", "text",
)  # fmt: skip


@dataclass
class ImportedLine:
    """One line, ready to be written. ``total_minor`` is rounded already."""

    line_no: int
    variant_id: int
    sku: str
    name: str
    unit: str
    quantity: int
    unit_price: Decimal
    total_minor: int
    state: str
    fulfilled: int = 0
    colour_number: str | None = None
    colour_name: str | None = None
    colour_hex: str | None = None

    def quantities(self) -> tuple[int, int, int, int, int]:
        """(reserved, ready, fulfilled, backordered, cancelled); with the last four's fulfilled they add up."""
        held_now = held(self.state, self.quantity, self.fulfilled)
        ready = held_now if self.state == "ready" else 0
        gone = self.fulfilled if self.state in {"out", "collected", "delivered", "backordered"} else 0
        rest = self.quantity - held_now - gone
        back = rest if self.state == "backordered" else 0
        return held_now, ready, gone, back, rest - back


@dataclass
class ImportedOrder:
    """One order, ready to be written."""

    number: str
    company_id: int
    status: str
    fulfilment: str
    currency: str
    placed_at: datetime
    lines: list[ImportedLine]
    kind: str = "order"
    store_id: int = 0  # 0: sold without a store (imported from elsewhere)
    window_start: datetime | None = None
    window_end: datetime | None = None
    promised_at: datetime | None = None
    ready_at: datetime | None = None
    closed_at: datetime | None = None
    pickup_person: str = ""
    ship_to: dict[str, str] | None = None
    po_number: str = ""
    job_id: int | None = None
    job_name: str = ""
    placed_by_id: int | None = None
    placed_by_name: str = ""
    placed_by_kind: str = "system"
    subject_id: int | None = None
    subject_name: str = ""
    reason: str = ""
    wants: dict[int, int] = field(default_factory=dict)

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def released_minor(self) -> int:
        """What cancelled units of an open order no longer take from the credit limit."""
        if not self.is_open:
            return 0
        total = 0
        for line in self.lines:
            cancelled = line.quantities()[4]
            if cancelled:
                total += line.total_minor * cancelled // line.quantity
        return total


def stock_wanted(order: ImportedOrder) -> dict[int, int]:
    """Units by variant that the order holds at its store."""
    wants: dict[int, int] = defaultdict(int)
    for line in order.lines:
        units = held(line.state, line.quantity, line.fulfilled)
        if units:
            wants[line.variant_id] += units
    return dict(wants)


class OrderWriter:
    """Writes batches of orders on one session; the caller commits after each batch.

    :param connection: a connection of its own, in autocommit, for what must not wait for the batch's commit.
    """

    def __init__(self, session: Session, connection: Connection[Any]) -> None:
        self.session = session
        self.connection = connection
        self._months: set[date] = set()
        set_interaction(session, IMPORT)

    @property
    def raw(self) -> Any:
        """The driver's connection of the session's transaction."""
        return self.session.connection().connection.driver_connection

    def existing(self, numbers: Sequence[str]) -> set[str]:
        """Which of these numbers are in the database already."""
        rows = self.raw.execute("select number from sales_order where number = any(%s)", [list(numbers)])
        return {number for (number,) in rows}

    def write(self, orders: list[ImportedOrder], now: datetime) -> list[tuple[ImportedOrder, str]]:
        """Write new orders; returns those that stock does not allow, with the reason."""
        self._make_partitions({order.placed_at.astimezone(UTC).date().replace(day=1) for order in orders})
        refused = self._take_stock(orders)
        turned_away = {id(order) for order, _ in refused}
        accepted = [order for order in orders if id(order) not in turned_away]
        if not accepted:
            return refused
        ids = self._new_ids(len(accepted))
        numbered = list(zip(ids, accepted, strict=True))
        copy_into(self.raw, "sales_order", ORDER_COLUMNS, (_order_row(i, o) for i, o in numbered))
        copy_into(self.raw, "order_line", LINE_COLUMNS, _line_rows(numbered))
        copy_into(self.raw, "order_event", EVENT_COLUMNS, _event_rows(numbered))
        self._take_credit(accepted)
        self._move_sequence(accepted)
        for order_id, order in numbered:
            record(self.session, _touchpoint(order_id, order))
        return refused

    def _make_partitions(self, months: set[date]) -> None:
        """The touchpoint log is kept by month; old orders need old months."""
        for month in sorted(months - self._months):
            self.connection.execute("select touchpoint_partition(%s)", [month])
        self._months |= months

    def _new_ids(self, count: int) -> list[int]:
        rows = self.raw.execute(
            "select nextval(pg_get_serial_sequence('sales_order', 'id')) from generate_series(1, %s)", [count]
        )
        return [i for (i,) in rows]

    def _take_stock(self, orders: list[ImportedOrder]) -> list[tuple[ImportedOrder, str]]:
        keys = sorted({(o.store_id, v) for o in orders if o.store_id for v in stock_wanted(o)})
        if not keys:
            return []
        rows = self.raw.execute(
            "select s.store_id, s.variant_id, s.on_hand - s.reserved, s.on_hand, v.sku, st.code from stock s "
            "join variant v on v.id = s.variant_id join store st on st.id = s.store_id "
            "join unnest(%s::bigint[], %s::bigint[]) k(store_id, variant_id) using (store_id, variant_id) "
            "order by s.store_id, s.variant_id for update of s",
            [[s for s, _ in keys], [v for _, v in keys]],
        ).fetchall()
        free = {(s, v): left for s, v, left, *_ in rows}
        told = {(s, v): (on_hand, code) for s, v, _, on_hand, _, code in rows}
        taken: dict[tuple[int, int], int] = defaultdict(int)
        refused = []
        for order in orders:
            wants = {(order.store_id, v): n for v, n in stock_wanted(order).items()}
            short = next((key for key, n in wants.items() if free.get(key, 0) < n), None)
            if short is not None:
                on_hand, code = told.get(short, (0, "the store"))
                refused.append((order, f"sku: only {on_hand} on hand at {code}"))
                continue
            for key, n in wants.items():
                free[key] -= n
                taken[key] += n
        self.raw.execute(
            "update stock s set reserved = s.reserved + k.n "
            "from unnest(%s::bigint[], %s::bigint[], %s::int[]) k(store_id, variant_id, n) "
            "where s.store_id = k.store_id and s.variant_id = k.variant_id",
            [[s for s, _ in taken], [v for _, v in taken], list(taken.values())],
        )
        return refused

    def _take_credit(self, orders: Iterable[ImportedOrder]) -> None:
        used: dict[int, int] = defaultdict(int)
        for order in orders:
            if order.is_open:
                used[order.company_id] += order.total_minor - order.released_minor
        if used:
            self.raw.execute(
                "update credit_account c set used_minor = c.used_minor + k.n "
                "from unnest(%s::bigint[], %s::bigint[]) k(company_id, n) where c.company_id = k.company_id",
                [list(used), list(used.values())],
            )

    def _move_sequence(self, orders: Iterable[ImportedOrder]) -> None:
        """Numbers of our own form (from another Counterpart) must not be given out again."""
        own = [int(found.group(1)) for order in orders if (found := OWN_NUMBER.match(order.number))]
        if own:
            self.session.execute(
                text("select setval('order_number_seq', greatest(last_value, :top)) from order_number_seq"),
                {"top": max(own)},
            )


def _order_row(order_id: int, o: ImportedOrder) -> tuple[Any, ...]:
    code = f"{(order_id * 7919 + 104729) % 1_000_000:06d}" if o.is_open and o.fulfilment == "pickup" else None
    tint = sum(line.quantity for line in o.lines if line.colour_number)
    return (
        order_id, o.number, o.company_id, "import", o.kind, o.status, o.fulfilment, o.store_id or None, o.window_start,
        o.window_end, o.promised_at, o.ready_at, o.closed_at, code, o.pickup_person,
        Jsonb(o.ship_to) if o.ship_to else None, o.po_number, o.job_id, o.job_name, o.currency, o.total_minor,
        len(o.lines), tint, o.is_open, o.released_minor, o.placed_by_id, o.placed_by_name, o.subject_id,
        o.subject_name, o.reason, o.placed_at,
    )  # fmt: skip


def _line_rows(numbered: Iterable[tuple[int, ImportedOrder]]) -> Iterable[tuple[Any, ...]]:
    for order_id, order in numbered:
        for line in order.lines:
            yield (
                order_id, line.line_no, order.company_id, line.variant_id, line.sku, line.name, line.unit,
                line.colour_number, line.colour_name, line.colour_hex, line.quantity, *line.quantities(),
                line.unit_price, line.total_minor, "as imported", line.state,
            )  # fmt: skip


def _event_rows(numbered: Iterable[tuple[int, ImportedOrder]]) -> Iterable[tuple[Any, ...]]:
    for order_id, o in numbered:
        who = (o.placed_by_id, o.placed_by_name, o.placed_by_kind, o.subject_name if o.reason else "")
        system = (None, "Imported", "system", "")
        yield order_id, o.company_id, o.placed_at, None, "placed", *who, ""
        if o.ready_at is not None and o.status in {"ready", "collected", "out", "delivered"}:
            yield order_id, o.company_id, o.ready_at, "picking", "ready", *system, ""
        if o.status not in {"placed", "ready"}:
            at = o.closed_at or o.ready_at or o.placed_at
            yield order_id, o.company_id, at, None, o.status, *system, ""


def _touchpoint(order_id: int, o: ImportedOrder) -> Event:
    actor = Actor(user_id=o.placed_by_id, kind="system", company_id=o.company_id)
    return Event(
        "order_completed",
        actor=actor,
        now=o.placed_at,
        key=f"order_completed:{o.number}",
        account_id=o.company_id,
        store_id=o.store_id or None,
        value_minor=o.total_minor,
        currency=o.currency,
        links={"order_id": order_id},
        props={"lines": len(o.lines)},
    )
