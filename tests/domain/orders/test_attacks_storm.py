"""A storm: buyers, reps and the counter do everything at once, in no order. Afterwards the database must be sound."""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections.abc import Sequence
from threading import Lock, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.checkout.use_cases.choices import Choice, choose
from portal.orders.checkout.use_cases.placement import place
from portal.orders.drafts.use_cases.drafts import take_current
from portal.orders.drafts.use_cases.lines import Item, put
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.picks import start_picking
from portal.orders.fulfilment.use_cases.readiness import mark_ready
from portal.orders.fulfilment.use_cases.shortages import Shortage, short_pick
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.models.orders import Order
from portal.orders.reorder.use_cases.reorder import Reorder, reorder
from portal.orders.status import OPEN_STATES
from portal.verification.run import verify
from tests.builders import NOW, Build
from tests.shop import TODAY, shown_for

THREADS, STEPS = 6, 28


class Storm:
    """What one thread does; every step is a transaction of its own, and a refusal changes nothing."""

    def __init__(self, sessions: sessionmaker[Session], seed: int, world: dict[str, Any]) -> None:
        self.sessions, self.random, self.world = sessions, random.Random(seed), world
        self.done: Tally[str] = Tally()

    def run(self, failures: list[BaseException], guard: Lock) -> None:
        steps = [
            self.buy,
            self.buy,
            self.buy,
            self.reorder,
            self.cancel,
            self.work,
            self.work,
            self.work,
            self.short,
            self.release,
        ]
        for _ in range(STEPS):
            step = self.random.choice(steps)
            try:
                with self.sessions() as session, session.begin():
                    step(session)
                self.done[step.__name__] += 1
            except (Rejected, NotFound):
                pass
            except BaseException as error:
                with guard:
                    failures.append(error)
                return

    def actor(self) -> Actor:
        found: Actor = self.random.choice(self.world["actors"])
        return found

    def buy(self, session: Session) -> None:
        actor = self.actor()
        work = take_current(session, actor=actor, now=NOW, store_id=self.world["store"])
        items = [
            Item(each, self.random.randint(1, 4)) for each in self.random.sample(self.world["variants"], 3)
        ]
        put(work, items)
        self._place(session, actor, work.draft)

    def _place(self, session: Session, actor: Actor, draft: Draft) -> None:
        choice = Choice(
            "pickup", store_id=self.world["store"], when_short=self.random.choice(["backorder", "reduce"])
        )
        choose(session, actor=actor, now=NOW, today=TODAY, draft_id=draft.id, choice=choice)
        if session.scalar(select(func.count()).where(DraftLine.draft_id == draft.id)):
            shown = shown_for(session, actor, draft.id)
            token = self.random.choice(["same-for-all", str(self.random.random())])
            place(session, actor=actor, now=NOW, today=TODAY, draft_id=draft.id, token=token, shown=shown)

    def reorder(self, session: Session) -> None:
        number, actor = self.order(session), self.actor()
        asked = Reorder(
            number=number,
            quantities=None,
            store_id=self.world["store"],
            add_to_current=self.random.random() < 0.5,
        )
        done = reorder(session, asked, actor=actor, now=NOW, today=TODAY)
        self._place(session, actor, done.draft)

    def cancel(self, session: Session) -> None:
        cancel(session, actor=self.actor(), now=NOW, number=self.order(session))

    def order(self, session: Session) -> str:
        found = session.execute(select(Order.number).where(Order.status.in_(OPEN_STATES))).scalars().all()
        if not found:
            raise NotFound
        return self.random.choice(found)

    def work(self, session: Session) -> None:
        number, staff = self.order(session), self.world["staff"]
        status, code = session.execute(
            select(Order.status, Order.pickup_code).where(Order.number == number)
        ).one()
        step = {"placed": accept, "accepted": start_picking, "picking": mark_ready}.get(status)
        if step is not None:
            step(session, actor=staff, now=NOW, number=number)
        elif status == "ready":
            hand_over(session, actor=staff, now=NOW, number=number, code=code or "")

    def short(self, session: Session) -> None:
        short_pick(
            session,
            actor=self.world["staff"],
            now=NOW,
            number=self.order(session),
            shortage=Shortage(
                line_no=self.random.randint(1, 3),
                units=self.random.choice([-1, 1, 2, 99]),
                reason="damaged",
                rest=self.random.choice(["backorder", "cancel"]),
            ),
        )

    def release(self, session: Session) -> None:
        delivered = text("update stock set on_hand = on_hand + 1 where variant_id = :v")
        with self.sessions() as lorry, lorry.begin():
            lorry.execute(delivered, {"v": self.random.choice(self.world["variants"])})
        fulfil_backorders(session, actor=self.world["staff"], now=NOW, store_id=self.world["store"])


def let_loose(storms: Sequence[Storm]) -> tuple[Tally[str], list[BaseException]]:
    """Let them all run at once; how often each step was done, and what should not have been raised."""
    failures: list[BaseException] = []
    guard = Lock()
    threads = [Thread(target=storm.run, args=(failures, guard)) for storm in storms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum((storm.done for storm in storms), Tally()), failures


@pytest.mark.parametrize("seed", [11, 23])
def test_after_a_storm_everything_adds_up(
    seed: int, build: Build, engine: Engine, sessions: sessionmaker[Session]
) -> None:
    store = build.store()
    variants = [build.variant(price=f"{n}.3333", tintable=n % 2 == 0) for n in range(1, 7)]
    for variant in variants:
        build.stock(store, variant, 12)
    actors = []
    for limit in (30_000, 60_000):
        company = build.company(limit=limit)
        people = [build.user(company) for _ in range(3)]
        actors += [build.actor(person, company) for person in people]
        rep = build.rep(company)
        stay = build.delegation(rep, people[0], company)
        actors.append(
            build.actor(
                rep,
                company,
                delegation_id=stay.id,
                acting_for_user_id=people[0].id,
                acting_for_name=people[0].name,
                reason="Called",
            )
        )
    staff = build.actor(build.user(kind="store", store_id=store.id))
    world = {"store": store.id, "variants": [v.id for v in variants], "actors": actors, "staff": staff}
    done, failures = let_loose([Storm(sessions, seed * 100 + n, world) for n in range(THREADS)])
    deadlocks = [each for each in failures if isinstance(each, DBAPIError) and "deadlock" in str(each)]
    assert not deadlocks
    assert not failures, failures[0]
    assert done["buy"] > 5, done
    assert done["work"] > 5, done
    verdict = verify(engine)
    # The builders' moment lies in a month that has no partition.
    broken = [
        (each.check.name, each.rows[:3]) for each in verdict.findings if each.check.name != "log_partitions"
    ]
    assert not broken
    with sessions() as session:
        over = session.execute(
            text("select company_id from credit_account where used_minor > limit_minor")
        ).all()
    assert not over
