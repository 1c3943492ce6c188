"""kill -9 of server and worker while orders are placed: nothing half, nothing lost, nothing twice.

A few rounds here, 100 with ``make chaos`` (CHAOS_ROUNDS).
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, create_engine, pool

from bench import world
from portal.foundation.db import psycopg_url
from portal.foundation.postgres.migrate import upgrade
from portal.verification.run import verify
from tests.chaos.buyers import Buyer
from tests.chaos.portal import Processes, free_port

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "4"))
BUYERS = 6
DRAIN_SECONDS = 300
NEWEST = "select max(id) from sales_order"

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


class Mailbox:
    """What aiosmtpd hands over: how often each message came."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        for line in envelope.content.decode(errors="replace").splitlines():  # type: ignore[attr-defined]
            if line.lower().startswith("message-id:"):
                self.ids[line.split(":", 1)[1].strip()] += 1
        return "250 OK"


@pytest.fixture
def chaos_engine(server_url: Callable[[str], str]) -> Iterator[Engine]:
    """A database of its own, because other processes use it too."""
    name = f"chaos_{os.getpid()}"
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    engine = create_engine(psycopg_url(server_url(name)), poolclass=pool.NullPool)
    upgrade(engine)
    world.make(engine, 0.01)
    yield engine
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')


def test_orders_survive_kill_9(chaos_engine: Engine, tmp_path: Path) -> None:
    """Invariant 10. Seen failing with the order committed before its mail and its touchpoint."""
    mailbox = Mailbox()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    smtp.start()
    url = chaos_engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    processes = Processes(url, smtp.port, tmp_path / "portal.log")
    stop = threading.Event()
    people = world.look(chaos_engine).buyers[:BUYERS]
    try:
        processes.start("serve")
        processes.start("worker")
        buyers = [Buyer(processes.address, person, stop) for person in people]
        for buyer in buyers:
            buyer.start()
        _kill(processes, chaos_engine)
        wait_for(lambda: any(buyer.acknowledged or buyer.error for buyer in buyers))
        stop.set()
        for buyer in buyers:
            buyer.join(120)
        _wait_for_mails(chaos_engine)
    finally:
        stop.set()
        processes.close()
        smtp.stop()
    assert not [buyer.error for buyer in buyers if buyer.error]
    _check(chaos_engine, [number for buyer in buyers for number in buyer.acknowledged], mailbox)


def _kill(processes: Processes, engine: Engine) -> None:
    """At random moments, and the server in turn as soon as one more order is to be seen: nothing of it may come later."""
    for number in range(ROUNDS):
        name = "worker" if number % 3 == 2 else "serve"
        if name == "serve" and number % 2:
            _wait_for_an_order(engine)
        else:
            time.sleep(random.uniform(0.5, 2.0))
        processes.kill(name)
        processes.start(name)
    time.sleep(1)


def _wait_for_an_order(engine: Engine) -> None:
    end = time.monotonic() + DRAIN_SECONDS
    with engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        before = alone.exec_driver_sql(NEWEST).scalar_one()
        while alone.exec_driver_sql(NEWEST).scalar_one() == before and time.monotonic() < end:
            pass  # without a pause, so that it is killed within a thousandth of a second


def wait_for(seen: Callable[[], bool]) -> None:
    """On a slow machine nobody may have got through between two kills; at most a few minutes."""
    end = time.monotonic() + DRAIN_SECONDS
    while not seen() and time.monotonic() < end:
        time.sleep(0.1)


def _wait_for_mails(engine: Engine) -> None:
    """The worker catches up with what it was killed over."""
    end = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < end:
        with engine.connect() as connection:
            left = connection.exec_driver_sql(
                "select count(*) from outbound_mail where sent_at is null and failed_at is null"
            ).scalar_one()
        if not left:
            return
        time.sleep(0.5)
    raise AssertionError(f"{left} mails were not sent within {DRAIN_SECONDS} s")


def _check(engine: Engine, acknowledged: list[str], mailbox: Mailbox) -> None:
    assert acknowledged, "nobody got an order through"
    assert len(set(acknowledged)) == len(acknowledged)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select number from sales_order where source = 'portal'")
        placed = {number for (number,) in rows}
    assert set(acknowledged) <= placed, "an acknowledged order was lost"
    # Orders of the made-up history have no touchpoints; every other check holds for all.
    findings = [f for f in verify(engine).findings if f.check.name != "orders_are_touchpoints"]
    assert not findings, [(f.check.name, f.rows[:3]) for f in findings]
    with engine.connect() as connection:
        unlike = connection.exec_driver_sql(
            "select o.number, count(t.event_id) from sales_order o left join touchpoint t "
            "on t.order_id = o.id and t.name = 'order_completed' where o.source = 'portal' "
            "group by o.number having count(t.event_id) <> 1"
        ).all()
    assert not unlike, f"touchpoints missing or doubled: {unlike}"
    assert len(mailbox.ids) >= len(placed), "a confirmation is missing"
