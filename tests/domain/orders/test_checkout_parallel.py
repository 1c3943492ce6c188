"""Many placements at the same moment, on real connections."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation.errors import Rejected
from portal.orders.checkout.use_cases.placed import Placed
from portal.orders.models.orders import Order
from portal.stores.models import Stock
from tests.builders import Build
from tests.placing import kept_waiting, send, together, used
from tests.shop import Shop, shown_for

pytestmark = pytest.mark.slow


def test_ten_placements_of_one_draft_make_one_order(
    shop: Shop, sessions: sessionmaker[Session], session: Session
) -> None:
    """Invariant 8. Same and different tokens. Seen failing without FOR UPDATE on the draft: the losers get a conflict."""
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    draft_id = shop.draft([(paint, 2)])
    shown = shown_for(shop.build.session, shop.actor, draft_id)
    shop.build.session.rollback()
    results = together(
        *(lambda n=n: send(sessions, shop.actor, draft_id, f"t{n % 3}", shown) for n in range(10))
    )
    assert all(isinstance(each, Placed) for each in results), results
    assert len({each.number for each in results}) == 1
    assert sum(1 for each in results if not each.repeated) == 1
    assert session.scalar(select(func.count()).select_from(Order)) == 1
    assert session.scalar(select(Stock.reserved)) == 2
    assert session.scalar(text("select count(*) from touchpoint where name = 'order_completed'")) == 1


def test_one_unit_sixteen_buyers_one_order(
    build: Build, sessions: sessionmaker[Session], session: Session
) -> None:
    """Invariant 7. Seen failing without FOR UPDATE on stock: the others meet the last line of defence, an IntegrityError."""
    store, paint = build.store(), build.variant()
    build.stock(store, paint, 1)
    calls = []
    for n in range(16):
        company = build.company()
        actor = build.actor(build.user(company), company)
        draft_id = Shop(build, company, build.user(company), actor, store).draft([(paint, 1)])
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    results = together(*calls)
    refused = [each for each in results if isinstance(each, Rejected) and each.code == "out_of_stock"]
    assert (sum(isinstance(each, Placed) for each in results), len(refused)) == (1, 15), results
    assert session.scalar(select(Stock.reserved)) == 1


def test_fifteen_orders_stay_within_the_credit_limit(
    build: Build, sessions: sessionmaker[Session], session: Session
) -> None:
    """Invariant 6. Four fit. Seen failing with credit read first and written afterwards: all fifteen were placed."""
    store, paint = build.store(), build.variant(price="100")
    build.stock(store, paint, 1000)
    company = build.company(limit=45_000)
    calls = []
    for n in range(15):
        actor = build.actor(build.user(company), company)
        draft_id = Shop(build, company, build.user(company), actor, store).draft([(paint, 1)])
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    results = together(*calls)
    refused = [each for each in results if isinstance(each, Rejected) and each.code == "credit_limit"]
    assert (sum(isinstance(each, Placed) for each in results), len(refused)) == (4, 11), results
    assert used(session, company) == 40_000
    assert session.scalar(select(func.sum(Order.total_minor))) == 40_000


def test_a_hold_switched_on_stops_orders_already_on_their_way(
    build: Build, sessions: sessionmaker[Session], session: Session
) -> None:
    """They wait for the row that is being put on hold; judged on what they read before, they would all pass."""
    store, paint = build.store(), build.variant(price="1")
    build.stock(store, paint, 1000)
    company = build.company()
    calls = []
    for n in range(4):
        actor = build.actor(build.user(company), company)
        draft_id = Shop(build, company, build.user(company), actor, store).draft([(paint, 1)])
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    session.execute(text("update credit_account set on_hold = true"))
    results = kept_waiting(sessions, session, *calls)
    assert [each.code for each in results if isinstance(each, Rejected)] == ["credit_hold"] * 4, results


def test_opposite_line_orders_do_not_deadlock(build: Build, sessions: sessionmaker[Session]) -> None:
    """Invariant 7. Seen failing with the rows locked one by one in the order of the lines: "deadlock detected"."""
    store = build.store()
    variants = [build.variant() for _ in range(150)]
    for variant in variants:
        build.stock(store, variant, 1000)
    calls = []
    for n in range(12):
        company = build.company()
        actor = build.actor(build.user(company), company)
        wishes = [(variant, 1) for variant in (variants if n % 2 else reversed(variants))]
        draft_id = Shop(build, company, build.user(company), actor, store).draft(wishes)
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    results = together(*calls)
    assert all(isinstance(each, Placed) for each in results), results
