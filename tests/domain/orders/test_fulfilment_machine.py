"""Whatever customers and store people do in whatever order: states move along the table, units add up, and the
store holds exactly what open orders need. What has left is invoiced to the cent, and what comes back is credited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.billing.models.credit import CreditAccount, PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.tokens import new_token
from portal.orders import status
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.fulfilment.use_cases.delivery import deliver, dispatch
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.locked_order import quantities
from portal.orders.fulfilment.use_cases.picks import start_picking, tint_done
from portal.orders.fulfilment.use_cases.readiness import mark_ready
from portal.orders.fulfilment.use_cases.shortages import Shortage, short_pick
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.orders.parts import cancelled_worth, first_units
from portal.orders.returns.use_cases.take_back import Return, take_back
from portal.stores.models import Stock
from tests.builders import NOW, Build
from tests.domain.orders.test_fulfilment_invoices import taxed
from tests.placed_orders import Counter, Want, counter, credit_used

pytestmark = pytest.mark.slow

ORDERS, LINES, TAPE = 3, 2, 2
ON_HAND = 9  # all of it is held for the orders; whoever waits gets what comes in
order_at, line_at = st.integers(0, ORDERS - 1), st.integers(1, LINES)
units = st.integers(1, 5)
FORWARD = st.tuples(st.just("forward"), order_at)
STEP = st.one_of(
    FORWARD,
    FORWARD,
    FORWARD,
    st.tuples(
        st.sampled_from(["accept", "begin", "ready", "hand over", "send", "deliver", "cancel"]), order_at
    ),
    st.tuples(st.just("tint"), order_at, line_at),
    st.tuples(st.just("part"), order_at, line_at, units),
    st.tuples(st.just("take"), order_at, line_at),
    st.tuples(st.just("short"), order_at, line_at, units, st.sampled_from(["backorder", "cancel"])),
    st.tuples(st.just("stock"), units),
    st.tuples(st.just("back"), order_at, line_at, units, st.sampled_from(["unused", "damaged"])),
)
# Enough steps that some runs close every order; what is refused must change nothing.
STEPS = st.lists(STEP, min_size=8, max_size=25)
NEXT = {
    ("placed", "pickup"): "accept",
    ("placed", "delivery"): "accept",
    ("accepted", "pickup"): "begin",
    ("accepted", "delivery"): "begin",
    ("picking", "pickup"): "ready",
    ("picking", "delivery"): "ready",
    ("ready", "pickup"): "hand over",
    ("ready", "delivery"): "send",
    ("out", "delivery"): "deliver",
}


def act(session: Session, scene: Counter, orders: list[Order], step: tuple[object, ...]) -> None:
    """Do one step; what is not possible is refused."""
    what, *more = step
    if what == "stock":
        session.execute(text("update stock set on_hand = on_hand + :n"), {"n": more[0]})
        fulfil_backorders(session, actor=scene.staff, now=NOW, store_id=scene.store.id)
        return
    if what == "forward":
        order = session.get_one(Order, orders[int(str(more[0]))].id, populate_existing=True)
        what = NEXT.get((order.status, order.fulfilment), "cancel")
    given_at = {"actor": scene.staff, "now": NOW, "number": orders[int(str(more[0]))].number}
    line_no = more[1] if len(more) > 1 else None
    if what in ("accept", "begin", "ready", "send", "deliver"):
        doing = {
            "accept": accept,
            "begin": start_picking,
            "ready": mark_ready,
            "send": dispatch,
            "deliver": deliver,
        }[str(what)]
        doing(session, **given_at)
    elif what == "hand over":
        hand_over(session, **given_at, code="K7PQXA")
    elif what == "cancel":
        cancel(session, **{**given_at, "actor": scene.customer})
    else:
        act_on_line(session, given_at, str(what), int(str(line_no)), more)


def act_on_line(session: Session, given_at: dict[str, Any], what: str, line_no: int, more: list[Any]) -> None:
    """A step that concerns one line."""
    if what == "take":
        hand_over(session, **given_at, code="K7PQXA", lines=[line_no])
    elif what == "tint":
        tint_done(session, **given_at, line_no=line_no)
    elif what == "part":
        mark_ready(session, **given_at, picked={line_no: more[2]})
    elif what == "short":
        short_pick(
            session,
            **given_at,
            shortage=Shortage(line_no=line_no, units=more[2], reason="damaged", rest=more[3]),
        )
    elif what == "back":
        take_back(
            session,
            **given_at,
            back=Return(
                units={line_no: more[2]},
                reason=str(more[3]),
                token=new_token(),
                restock=is_put_back(line_no, str(more[3])),
            ),
        )


def check(session: Session, scene: Counter, done: Sequence[tuple[object, ...]] = ()) -> None:
    """What must be true after every step, with those that were ``done``."""
    held: dict[int | None, int] = {}
    on_shelf = {scene.paint.id: ON_HAND, scene.tape.id: ON_HAND}
    owed = 0
    for order in session.scalars(select(Order), execution_options={"populate_existing": True}):
        query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no)
        lines = list(session.scalars(query, execution_options={"populate_existing": True}))
        moves = told(session, order.id)
        assert moves[-1][1] == order.status
        assert all(left[1] == right[0] for left, right in pairwise(moves)), moves
        assert all(status.can(str(before), str(to)) for before, to in moves[1:]), moves
        for line in lines:
            assert quantities(line).add_up
            held[line.variant_id] = held.get(line.variant_id, 0) + line.quantity_reserved
            on_shelf[line.variant_id or 0] -= line.quantity_fulfilled
            if order.status in status.CLOSED_STATES:
                assert line.state in status.CLOSED_STATES
        if order.status in ("picking", "ready", "backordered", *status.CLOSED_STATES):
            assert order.status == status.order_state([line.state for line in lines])
        gone = sum(cancelled_worth(line, line.quantity_cancelled, "USD").gross for line in lines)
        charged, credited = documents(session, order)
        assert order.credit_released_minor == gone + charged
        assert charged == sum(first_units(line, line.quantity_invoiced, "USD").gross for line in lines)
        assert credited == sum(first_units(line, line.quantity_returned, "USD").gross for line in lines)
        assert all(line.quantity_returned <= line.quantity_invoiced for line in lines)
        if order.status in status.CLOSED_STATES:
            assert charged == order.total_minor - gone
            assert [line.quantity_invoiced for line in lines] == [line.quantity_fulfilled for line in lines]
        owed += order.total_minor - gone - credited
    for step in done:
        for variant, units in come_and_gone(scene, step).items():
            on_shelf[variant] += units
    stock = {
        row.variant_id: (row.on_hand, row.reserved)
        for row in session.execute(select(Stock.variant_id, Stock.on_hand, Stock.reserved))
    }
    assert stock == {variant: (n, held.get(variant, 0)) for variant, n in on_shelf.items()}
    assert all(0 <= reserved <= on_hand for on_hand, reserved in stock.values())
    assert credit_used(session, scene.company) == owed


def come_and_gone(scene: Counter, step: tuple[Any, ...]) -> dict[int, int]:
    """Units by variant that a step puts onto the shelf, or finds missing there, apart from those handed over."""
    if step[0] == "stock":
        return {scene.paint.id: step[1], scene.tape.id: step[1]}
    if step[0] not in ("short", "back"):
        return {}
    variant = scene.tape.id if step[2] == TAPE else scene.paint.id
    if step[0] == "short":
        return {variant: -step[3]}
    return {variant: step[3]} if is_put_back(step[2], step[4]) else {}


def is_put_back(line_no: int, reason: str) -> bool:
    """Paint is tinted, and what is damaged is not sold again."""
    return reason == "unused" and line_no == TAPE


def documents(session: Session, order: Order) -> tuple[int, int]:
    """What an order's invoices charge, and what its credit memos give back."""
    of_order = select(Invoice.kind, func.sum(Invoice.total_minor)).where(Invoice.order_id == order.id)
    sums = {row[0]: int(row[1]) for row in session.execute(of_order.group_by(Invoice.kind))}
    return sums.get("invoice", 0), -sums.get("credit_memo", 0)


def told(session: Session, order_id: int) -> list[tuple[str | None, str | None]]:
    """The moves of the order as its events tell them."""
    query = (
        select(OrderEvent.from_state, OrderEvent.to_state)
        .where(
            OrderEvent.order_id == order_id, OrderEvent.line_no.is_(None), OrderEvent.to_state.is_not(None)
        )
        .order_by(OrderEvent.id)
    )
    return [(row.from_state, row.to_state) for row in session.execute(query)]


@contextmanager
def clean(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session whose work is undone afterwards, so that examples do not see each other's."""
    with sessions() as session, session.begin() as outer:
        yield session
        outer.rollback()


@pytest.fixture
def shop(build: Build) -> tuple[Counter, list[Order]]:
    scene = counter(build, on_hand=ON_HAND)
    fog = ("TC-0001", "Harbor Fog", "#9AA7AB")
    orders = [
        scene.order(
            Want(scene.paint, 4, backordered=n, colour=fog if n else None, price="0.3333"),
            Want(scene.tape, 3, price="3.95"),
            fulfilment="delivery" if n == 2 else "pickup",
            placed_at=NOW - timedelta(hours=n),
        )
        for n in range(ORDERS)
    ]
    for order in orders:
        taxed(build.session, order, "0.08875")
        build.session.get_one(CreditAccount, scene.company.id).used_minor += order.tax_minor
    build.session.commit()
    return scene, orders


# What has to happen in every run, whatever else is drawn.
CHANGED_MINDS = [
    ("cancel", 0),
    ("cancel", 0),
    ("accept", 0),
    ("forward", 1),
    ("cancel", 1),
    ("stock", 2),
    ("forward", 2),
    ("cancel", 2),
    ("accept", 2),
    ("deliver", 2),
    ("hand over", 0),
]
GOODS_COME_BACK = [
    ("back", 0, 2, 1, "unused"),
    ("back", 0, 2, 3, "unused"),
    ("back", 0, 2, 2, "unused"),
    ("back", 0, 1, 2, "damaged"),
    ("back", 0, 1, 1, "damaged"),
    ("back", 0, 1, 2, "damaged"),
    ("back", 2, 1, 1, "damaged"),
    ("accept", 0),
    ("forward", 2),
]
NOT_ENOUGH = [
    ("part", 1, 1, 2),
    ("take", 1, 1),
    ("part", 1, 2, 1),
    ("short", 1, 2, 1, "cancel"),
    ("short", 1, 1, 1, "backorder"),
    ("stock", 1),
    ("ready", 1),
    ("hand over", 1),
    ("short", 2, 1, 1, "backorder"),
    ("stock", 1),
    ("stock", 5),
    ("ready", 1),
    ("hand over", 1),
    ("back", 1, 2, 1, "unused"),
    ("ready", 2),
    ("send", 2),
    ("cancel", 2),
    ("deliver", 2),
    ("deliver", 2),
]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # a failure is told at once; its steps are few and printed
)
@example(begun=(0, 0, 0), steps=CHANGED_MINDS, per="shipment")
@example(begun=(4, 1, 5), steps=GOODS_COME_BACK, per="order")
@example(begun=(4, 1, 5), steps=GOODS_COME_BACK, per="shipment")
@example(begun=(1, 2, 2), steps=NOT_ENOUGH, per="shipment")
@example(begun=(1, 2, 2), steps=NOT_ENOUGH, per="order")
@given(
    begun=st.tuples(*[st.integers(0, 4)] * ORDERS), steps=STEPS, per=st.sampled_from(["shipment", "order"])
)
def test_anything_in_any_order(
    sessions: sessionmaker[Session],
    shop: tuple[Counter, list[Order]],
    begun: tuple[int, ...],
    steps: list[tuple[object, ...]],
    per: str,
) -> None:
    """Invariants 7, 14, 15 and 16, billed per shipment or per order, with tax and prices of a fraction of a cent.

    Seen failing with more given to those who wait than came in (7), without the state that an order must be in to be
    accepted and without asking the table before it moves (14; one of the two is enough), with stock or credit not given
    back and with goods put back twice (15), and with each part rounded by itself (16)."""
    scene, orders = shop
    steps = [("forward", n) for n, times in enumerate(begun) for _ in range(times)] + steps
    with clean(sessions) as session:
        session.add(PaymentTerms(company_id=scene.company.id, invoice_per=per))
        done: list[tuple[object, ...]] = []
        for step in steps:
            try:
                with session.begin_nested():
                    act(session, scene, orders, step)
                done.append(step)
            except (Rejected, NotFound):
                session.expire_all()
            check(session, scene, done)


def test_the_fixture_is_what_the_checks_expect(session: Session, shop: tuple[Counter, list[Order]]) -> None:
    scene, orders = shop
    check(session, scene)
    assert session.scalar(select(func.count()).select_from(Order)) == len(orders)
