"""Drafts in parallel, and a rep's beside the customer's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation.errors import NotFound
from portal.orders.drafts.use_cases.add import Addition, add_line
from portal.orders.drafts.use_cases.drafts import park, resume, take_current
from portal.orders.models.drafts import Draft, DraftLine
from tests.builders import NOW, Build
from tests.shop import TODAY, Shop


@pytest.fixture
def shop(build: Build) -> Shop:
    company, store = build.company("Harbor Painting"), build.store("Dock Street")
    user = build.user(company)
    return Shop(build, company, user, build.actor(user, company), store)


def in_threads(count: int, call: Callable[[int], Any]) -> list[Any]:
    barrier, results = threading.Barrier(count), [None] * count

    def run(at: int) -> None:
        barrier.wait()
        try:
            results[at] = call(at)
        except Exception as error:
            results[at] = error

    threads = [threading.Thread(target=run, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_adding_at_once_from_several_devices_makes_one_draft_and_sums(
    shop: Shop, sessions: sessionmaker[Session], session: Session
) -> None:
    """Without the unique index several current drafts appear; without the upsert quantities get lost."""
    paint = shop.build.variant("SW-1")

    def add(_: int) -> None:
        with sessions() as own, own.begin():
            work = take_current(own, actor=shop.actor, now=NOW, store_id=shop.store.id)
            add_line(work, Addition(quantity=2, sku="SW-1"), today=TODAY)

    results = in_threads(8, add)
    assert results == [None] * 8
    assert session.scalars(select(Draft.state)).all() == ["current"]
    assert session.execute(select(DraftLine.variant_id, DraftLine.quantity)).all() == [(paint.id, 16)]


def test_resuming_on_two_devices_leaves_one_current(
    shop: Shop, sessions: sessionmaker[Session], session: Session
) -> None:
    paint = shop.build.variant()
    ids = [shop.draft([(paint, n + 1)]) for n in range(3)]

    def go_on(at: int) -> None:
        with sessions() as own, own.begin():
            resume(own, actor=shop.actor, now=NOW, draft_id=ids[at % 2])

    in_threads(4, go_on)
    assert session.scalar(select(func.count()).where(Draft.state == "current")) == 1
    assert session.scalar(select(func.count()).where(Draft.state == "discarded")) == 0


def test_a_reps_draft_is_the_reps_own(shop: Shop, session: Session) -> None:
    own = shop.draft([(shop.build.variant(), 1)])
    rep = shop.build.rep(shop.company)
    stay = shop.build.delegation(rep, shop.user, shop.company)
    acting = shop.build.actor(rep, shop.company, delegation_id=stay.id, acting_for_user_id=shop.user.id)
    theirs = shop.draft([(shop.build.variant(), 2)], actor=acting)
    drafts = session.execute(select(Draft.id, Draft.owner_user_id, Draft.subject_user_id, Draft.state)).all()
    assert sorted(drafts) == [
        (own, shop.user.id, shop.user.id, "current"),
        (theirs, rep.id, shop.user.id, "current"),
    ]
    with pytest.raises(NotFound):
        park(session, actor=acting, now=NOW, draft_id=own)
    with pytest.raises(NotFound):
        park(session, actor=shop.actor, now=NOW, draft_id=theirs)


def test_an_empty_current_draft_makes_room_without_a_trace(shop: Shop, session: Session) -> None:
    first = shop.draft([])
    second = shop.draft([(shop.build.variant(), 1)])
    states = dict(session.execute(select(Draft.id, Draft.state)).all())
    assert states == {first: "discarded", second: "current"}
