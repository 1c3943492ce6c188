"""kill -9 of server and worker in random places of paying: one charge, one posting, equal books.

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
from sqlalchemy import Engine, create_engine, pool, text

from portal.billing.payments.use_cases.stuck import sync_stuck_attempts
from portal.billing.stripe.api import Stripe
from portal.foundation.clock import utcnow
from portal.foundation.db import make_sessions, psycopg_url
from portal.foundation.postgres.migrate import upgrade
from tests.builders import Build
from tests.chaos.payers import Payer
from tests.chaos.portal import Processes, free_port
from tests.chaos.test_kill import Mailbox, wait_for
from tests.invoices import make_invoice
from tests.sandbox.stripe.standing import KEY, SECRET, Sandbox

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "4"))
PAYERS = 4
INVOICES = max(40, ROUNDS * 12)  # more than are paid in the time, so that every kill meets somebody paying
SETTLE_SECONDS = 300

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


@pytest.fixture
def engine_of_its_own(server_url: Callable[[str], str]) -> Iterator[Engine]:
    """A database of its own, because other processes use it too."""
    name = f"chaos_paying_{os.getpid()}"
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    engine = create_engine(psycopg_url(server_url(name)), poolclass=pool.NullPool)
    upgrade(engine)
    yield engine
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')


def test_paying_survives_kill_9(engine_of_its_own: Engine, tmp_path: Path) -> None:
    """Invariants 10 and 11. Seen failing with the attempt's state committed before its payment is posted."""
    engine = engine_of_its_own
    sessions = make_sessions(engine)
    build = Build(sessions())
    port = free_port()
    hook = f"http://127.0.0.1:{port}/hooks/stripe"
    sandbox = Sandbox(str(tmp_path / "stripe"), "--webhook", hook, "--webhook-secret", SECRET)
    smtp = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    smtp.start()
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    processes = Processes(
        url,
        smtp.port,
        tmp_path / "portal.log",
        port,
        PORTAL_DEMO="yes",
        PORTAL_STRIPE_KEY=KEY,
        PORTAL_STRIPE_WEBHOOK_SECRET=SECRET,
        PORTAL_STRIPE_API=sandbox.url,
        PORTAL_THREADS="4",
    )
    stop = threading.Event()
    payers = []
    for _ in range(PAYERS):
        company = build.company(limit=100_000_000)
        user = build.user(company, "company_admin")
        numbers = [
            make_invoice(build.session, company, net=random.randint(100, 9_999)).number
            for _ in range(INVOICES)
        ]
        payers.append(Payer(processes.address, user.email, numbers, stop))
    try:
        processes.start("serve")
        processes.start("worker")
        for payer in payers:
            payer.start()
        for number in range(ROUNDS):
            time.sleep(random.uniform(0.3, 1.8))
            name = "worker" if number % 4 == 3 else "serve"
            processes.kill(name)
            processes.start(name)
        time.sleep(1)
        wait_for(lambda: any(payer.paid or payer.error for payer in payers))
        stop.set()
        for payer in payers:
            payer.join(120)
        assert not [payer.error for payer in payers if payer.error], [payer.error for payer in payers]
        _settle(engine, sandbox)
        _check(engine, sandbox, [number for payer in payers for number in payer.paid])
    finally:
        stop.set()
        processes.close()
        smtp.stop()
        sandbox.stop()
        build.session.close()


def _settle(engine: Engine, sandbox: Sandbox) -> None:
    """What the worker does every few minutes for attempts that hang, until none does but pages nobody paid on."""
    api = Stripe(KEY, api=sandbox.url, webhook_secret=SECRET)
    sessions = make_sessions(engine)
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        sync_stuck_attempts(sessions, now=utcnow(), api=api, all_live=True)
        with engine.connect() as connection:
            waiting = connection.execute(
                text("select count(*) from payment_attempt where state in ('created', 'processing')")
            ).scalar_one()
        if not waiting:
            return
        assert time.monotonic() < end, f"{waiting} attempts hang"
        time.sleep(0.5)


def _check(engine: Engine, sandbox: Sandbox, told: list[str]) -> None:
    """Both sides' books, charge by charge."""
    client = sandbox.client()
    charges = [
        c for c in client.v1.charges.list({"limit": 100}).auto_paging_iter() if c.status == "succeeded"
    ]
    assert charges, "nobody got a payment through"
    by_attempt = Counter(charge.metadata["attempt"] for charge in charges)
    assert max(by_attempt.values()) == 1, "an attempt was charged twice"
    with engine.connect() as connection:
        posted = connection.execute(
            text(
                "select p.charge_id, p.amount_minor from payment p join ledger_transaction t "
                "on t.posting_key = 'pi:' || p.payment_intent_id || '\\:succeeded'"
            )
        ).all()
        assert sorted((row.charge_id, row.amount_minor) for row in posted) == sorted(
            (c.id, c.amount) for c in charges
        )
        ours = connection.execute(
            text("select coalesce(sum(amount_minor), 0) from ledger_entry where account = 'stripe'")
        ).scalar_one()
        open_ones = connection.execute(
            text("select number from invoice where number = any(:told) and open_minor <> 0"), {"told": told}
        ).all()
        twice = connection.execute(
            text(
                "select invoice_id from ledger_entry where account = 'receivable' and amount_minor < 0 "
                "group by 1 having count(*) > 1"
            )
        ).all()
        facts = connection.execute(
            text(
                "select (select count(*) from touchpoint where name = 'invoice_paid'), "
                "(select count(*) from invoice where open_minor = 0), (select count(*) from payment)"
            )
        ).one()
        mails = connection.execute(
            text("select count(*) from outbound_mail where kind = 'payment_received'")
        ).scalar_one()
    balance = client.v1.balance.retrieve()
    assert ours == sum(part.amount for part in [*balance.available, *balance.pending])
    assert open_ones == [], "what was told to be paid is open"
    assert twice == [], "an invoice was paid twice"
    assert facts[0] == facts[1] == facts[2] == mails, "a touchpoint or mail is missing or doubled"
