"""What lies on the counters right now: open orders in every state, with work for today and tomorrow."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sandbox.demo.history import Customer, draw_order
from sandbox.demo.opening import Opening
from sandbox.demo.orders import Order, promise
from sandbox.demo.prices import Prices
from sandbox.demo.stores import HOME_STORE, Store

# Every store has the first four; the rest go round, so that all stores together have all of it.
_ALWAYS = ("placed", "ready", "accepted", "picking")
_THEN = ("late", "backordered", "ready", "out", "placed", "late picking", "picking", "accepted", "ready")


class Board:
    """One store's counter at midnight UTC before `today`: nothing on it lies in the future."""

    def __init__(self, store: Store, opening: Opening, today: date, seed: int) -> None:
        self.store = store
        self.opening = opening
        self.random = random.Random(f"{seed}:live:{store.code}")
        self.now = datetime.combine(today, time(0), UTC)
        self.windows: Counter[datetime] = Counter()

    def orders(self, customers: list[Customer], prices: Prices) -> Iterator[Order]:
        stages = list(_ALWAYS)
        home = self.store.code == HOME_STORE
        turn = 0 if home else self.random.randrange(len(_THEN))
        count = 24 if home else max(5, round(5.5 * self.store.size))
        stages += itertools.islice(itertools.cycle(_THEN), turn, turn + count - len(stages))
        for who, stage in zip(itertools.cycle(customers), stages, strict=False):
            yield self.bring(draw_order(who, prices, self.placing_time(stage)), stage)

    def bring(self, order: Order, stage: str) -> Order:
        """Take an order that was just drawn to this store and to a stage."""
        order.store = self.store
        _STAGES[stage](self, order)
        return order

    def placing_time(self, stage: str) -> datetime:
        """When an order was placed that is now in a stage."""
        if stage in ("placed", "accepted"):
            return self._minute(self.now - timedelta(minutes=self.random.uniform(6, 780)))
        if stage == "backordered":
            return self._in_hours(self.random.randint(3, 11))
        return self._in_hours(0)

    def _in_hours(self, days_before: int) -> datetime:
        """A moment in the first half of the last open day, or of one some days before it."""
        day = self.opening.local_day(self.now) - timedelta(days=days_before)
        while (span := self.opening.span(day)) is None or span[0] + timedelta(hours=4) > self.now:
            day -= timedelta(days=1)
        return self._minute(span[0] + timedelta(minutes=self.random.uniform(2, 110)))

    def book(self, order: Order) -> None:
        """Promise it for a window that still has room, today or tomorrow."""
        if order.fulfilment == "delivery":
            promise(order, self.opening, self.random)
            return
        start, end = self.opening.window(self.opening.after(self.now, self.random.triangular(0, 800, 90)))
        while self.windows[start] >= self.store.window_capacity:
            start, end = self.opening.window(start + timedelta(minutes=1))
        self.windows[start] += 1
        order.window, order.promised_at = (start, end), start

    def overdue(self, order: Order) -> None:
        """Promised for a time that has passed while the store was still open."""
        order.fulfilment, order.address_label = "pickup", ""
        minutes = self.store.lead_minutes + self.store.tint_minutes * min(order.tinted_lines, 4)
        order.promised_at = self.opening.after(order.placed_at, minutes)

    def prepared(self, order: Order) -> None:
        worked = timedelta(minutes=self.random.uniform(25, 110))
        order.ready_at = self._minute(min(order.placed_at + worked, self.now))

    @staticmethod
    def _minute(moment: datetime) -> datetime:
        return moment.replace(microsecond=0)


def _placed(board: Board, order: Order) -> None:
    board.book(order)


def _accepted(board: Board, order: Order) -> None:
    board.book(order)
    order.status = "accepted"
    _set(order, "accepted")


def _late(board: Board, order: Order) -> None:
    board.overdue(order)
    order.status = "accepted"
    _set(order, "accepted")


def _picking(board: Board, order: Order) -> None:
    board.book(order)
    _half_done(board, order)


def _late_picking(board: Board, order: Order) -> None:
    board.overdue(order)
    _half_done(board, order)


def _half_done(board: Board, order: Order) -> None:
    order.status = "picking"
    for line in order.lines:
        states = ("tinting", "picking", "ready") if line.colour else ("ready", "picking", "accepted")
        line.state = board.random.choices(states, (5, 3, 2))[0]
        line.fulfilled = line.quantity if line.state == "ready" else 0
    first = order.lines[0]  # somebody is working on it
    first.state, first.fulfilled = ("tinting" if first.colour else "picking"), 0


def _ready(board: Board, order: Order) -> None:
    board.book(order)
    board.prepared(order)
    order.status = "ready"
    _set(order, "ready")
    short = board.random.choice(order.lines)
    if board.random.random() < 0.2 and short.quantity > 2:
        short.fulfilled = short.quantity - 1


def _out(board: Board, order: Order) -> None:
    order.fulfilment, order.pickup_person = "delivery", ""
    order.address_label = order.company.addresses[0].label
    promise(order, board.opening, board.random)
    board.prepared(order)
    order.status = "out"
    _set(order, "out")


def _backordered(board: Board, order: Order) -> None:
    promise(order, board.opening, board.random)
    board.prepared(order)
    order.status = "backordered"
    _set(order, "collected" if order.fulfilment == "pickup" else "delivered")
    waiting = board.random.choice(order.lines)
    waiting.state = "backordered"
    waiting.fulfilled = board.random.randint(0, waiting.quantity - 1)


def _set(order: Order, state: str) -> None:
    gone = state in ("ready", "out", "collected", "delivered")
    for line in order.lines:
        line.state, line.fulfilled = state, line.quantity if gone else 0


_STAGES = {
    "placed": _placed,
    "accepted": _accepted,
    "picking": _picking,
    "late": _late,
    "late picking": _late_picking,
    "ready": _ready,
    "out": _out,
    "backordered": _backordered,
}
