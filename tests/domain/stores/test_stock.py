"""Stock under real parallel transactions: never oversold, never deadlocked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.stores.models import Stock
from portal.stores.stock.queries import available
from portal.stores.stock.use_cases import issue, release, reserve
from tests.builders import Build

Sessions = sessionmaker[Session]


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """Run ``work(n)`` in threads that all start at the same moment."""
    gate = Barrier(count)

    def one(number: int) -> object:
        gate.wait(timeout=120)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return [each.result(timeout=120) for each in [pool.submit(one, n) for n in range(count)]]


def left(sessions: Sessions, store_id: int, variant_id: int) -> tuple[int, int]:
    with sessions() as session:
        row = session.get_one(Stock, (store_id, variant_id))
        return row.on_hand, row.reserved


def test_everything_or_nothing_is_held(build: Build, session: Session, sessions: Sessions) -> None:
    store, many, few, none = build.store(), build.variant(), build.variant(), build.variant()
    build.stock(store, many, 10)
    build.stock(store, few, 5, reserved=2)
    wants = {none.id: 1, few.id: 4, many.id: 10}
    assert reserve(session, store_id=store.id, wants=wants) == {few.id: 3, none.id: 0}
    session.commit()
    assert left(sessions, store.id, many.id) == (10, 0)
    assert reserve(session, store_id=store.id, wants={few.id: 3, many.id: 10}) == {}
    session.commit()
    assert left(sessions, store.id, many.id) == (10, 10)
    assert available(session, store_id=store.id, variant_ids=wants) == {many.id: 0, few.id: 0, none.id: 0}


def test_in_part_holds_what_there_is(build: Build, session: Session, sessions: Sessions) -> None:
    store, few, none = build.store(), build.variant(), build.variant()
    build.stock(store, few, 3)
    short = reserve(session, store_id=store.id, wants={few.id: 8, none.id: 2}, partial=True)
    session.commit()
    assert short == {few.id: 3, none.id: 0}
    assert left(sessions, store.id, few.id) == (3, 3)


def test_given_back_and_handed_over(build: Build, session: Session, sessions: Sessions) -> None:
    store, variant = build.store(), build.variant()
    build.stock(store, variant, 10, reserved=6)
    release(session, store_id=store.id, quantities={variant.id: 1})
    issue(session, store_id=store.id, quantities={variant.id: 4})
    session.commit()
    assert left(sessions, store.id, variant.id) == (6, 1)


def test_more_cannot_be_given_back_than_was_held(build: Build, session: Session) -> None:
    store, variant, other = build.store(), build.variant(), build.variant()
    build.stock(store, variant, 10, reserved=1)
    with pytest.raises(IntegrityError):
        release(session, store_id=store.id, quantities={variant.id: 2})
    session.rollback()
    with pytest.raises(LookupError):
        issue(session, store_id=store.id, quantities={other.id: 1})
    with pytest.raises(ValueError, match="cannot be negative"):
        reserve(session, store_id=store.id, wants={variant.id: -1})


def test_one_unit_and_sixteen_buyers(build: Build, sessions: Sessions) -> None:
    store, variant = build.store(), build.variant()
    build.stock(store, variant, 1)

    def buy(_: int) -> object:
        with sessions() as session, session.begin():
            return reserve(session, store_id=store.id, wants={variant.id: 1})

    answers = at_once(16, buy)
    assert answers.count({}) == 1
    assert answers.count({variant.id: 0}) == 15
    assert left(sessions, store.id, variant.id) == (1, 1)


def test_the_same_goods_in_opposite_order_do_not_deadlock(build: Build, sessions: Sessions) -> None:
    store = build.store()
    ids = [build.variant().id for _ in range(12)]
    build.session.add_all([Stock(store_id=store.id, variant_id=each, on_hand=100_000) for each in ids])
    build.session.commit()

    def trade(number: int) -> object:
        mine = ids if number % 2 else ids[::-1]
        for _ in range(15):
            with sessions() as session, session.begin():
                assert reserve(session, store_id=store.id, wants=dict.fromkeys(mine, 3)) == {}
            with sessions() as session, session.begin():
                release(session, store_id=store.id, quantities=dict.fromkeys(reversed(mine), 1))
            with sessions() as session, session.begin():
                issue(session, store_id=store.id, quantities=dict.fromkeys(mine, 2))
        return "done"

    assert at_once(8, trade) == ["done"] * 8
    assert {left(sessions, store.id, each) for each in ids} == {(100_000 - 8 * 15 * 2, 0)}


@pytest.mark.parametrize("count", [1, 60])
def test_the_number_of_lines_costs_no_statements(
    build: Build, session: Session, statements: Callable[[], object], count: int
) -> None:
    store = build.store()
    ids = [build.variant(price=None).id for _ in range(count)]
    build.session.add_all([Stock(store_id=store.id, variant_id=each, on_hand=9) for each in ids])
    build.session.commit()
    session.connection()
    wants = dict.fromkeys(ids, 2)
    with statements() as heard:  # type: ignore[attr-defined]
        reserve(session, store_id=store.id, wants=wants)
    assert len(heard) == 2
    with statements() as heard:  # type: ignore[attr-defined]
        issue(session, store_id=store.id, quantities=wants)
    assert len(heard) == 2
    with statements() as heard:  # type: ignore[attr-defined]
        assert set(available(session, store_id=store.id, variant_ids=ids).values()) == {7}
    assert len(heard) == 1
