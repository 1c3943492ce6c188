"""Kills, lost connections and two imports at once: the next run ends as an undisturbed one would have."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from portal.foundation.config import Settings
from portal.intake.connections import import_connections
from portal.intake.source import BadFile
from portal.verification.run import verify
from tests.conftest import WIPE
from tests.import_files import NOW, OPEN, OPEN_LINE, Folder, contents, fingerprint, scalar

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "3"))
RUN = """
import sys
from datetime import datetime
from pathlib import Path
from portal.foundation.config import from_environment
from portal.foundation.db import make_engine
from portal.exchange.folder import import_folder
from portal.intake.connections import import_connections
print("ready", flush=True)
import_folder(make_engine(from_environment()), Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
print("done", flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """300 closed and 120 open orders for 40 companies; a third of the closed ones unpaid, and payments for some."""
    made = Folder(tmp_path / "files")
    made.rows["stock"][0]["on_hand"] = "1000000"
    for n in range(40):
        made.add("companies", code=f"K{n}")
        made.add("variants", sku=f"SKU-{n}")
        made.add("stock", sku=f"SKU-{n}", on_hand="100000")
        made.add("prices", sku=f"SKU-{n}")
    for n in range(300):
        paid = "" if n % 3 else "no"
        made.order(f"A-{n:04d}", {}, {"sku": f"SKU-{n % 40}"}, company_code=f"K{n % 40}", paid=paid)
        if n % 6 == 0:
            made.add("payments", number=f"M-{n}", company_code=f"K{n % 40}", amount="1000")
            made.add(
                "payment_allocations", payment_number=f"M-{n}", invoice_number=f"A-{n:04d}", amount="990"
            )
    for n in range(120):
        lines = ({**OPEN_LINE, "sku": f"SKU-{(n + k) % 40}"} for k in range(4))
        window = {"window_start": "2026-06-02T15:00:00Z", "window_end": "2026-06-02T16:00:00Z"}
        made.order(f"Z-{n:04d}", *lines, company_code=f"K{n % 40}", **OPEN, **window)
    made.write()
    return made


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "PORTAL_ENV": "development",
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }


def start(folder: Folder, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(folder.path), NOW.isoformat()]
    process = subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
    return process


def load_when_free(folder: Folder, engine: Engine) -> None:
    """The server notices a killed import within a second or two."""
    for _ in range(50):
        try:
            folder.load(engine)
            return
        except BadFile:
            time.sleep(0.2)
    raise AssertionError("the lock of the killed import is still held")


def no_half_orders(engine: Engine) -> None:
    """Nor an order without its document, a document without its lines and postings, a payment without its own."""
    assert verify(engine).findings == []
    without = "select count(*) from sales_order o left join invoice i on i.order_id = o.id where o.status = 'collected'"
    assert scalar(engine, f"{without} and i.id is null") == 0


@pytest.mark.slow
@pytest.mark.chaos
def test_killed_at_any_moment(engine: Engine, folder: Folder, environment: dict[str, str]) -> None:
    undisturbed = start(folder, environment)
    began = time.monotonic()
    assert undisturbed.wait(60) == 0
    whole, length = contents(engine), time.monotonic() - began
    seed = random.randrange(10**6)
    print(f"seed {seed}, undisturbed {length:.1f} s")
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        wipe(engine)
        process = start(folder, environment)
        time.sleep(chance.uniform(0.05, length))
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(0.2)
        there = int(str(scalar(engine, "select count(*) from sales_order")))
        no_half_orders(engine)
        load_when_free(folder, engine)
        no_half_orders(engine)
        assert contents(engine) == whole, f"seed {seed}: after a kill with {there} orders"
        before = fingerprint(engine)
        folder.load(engine)
        assert fingerprint(engine) == before


def wipe(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(WIPE)


def backends(url: str) -> Iterator[int]:
    """Server processes that write for an import."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(400):
            rows = connection.execute(
                "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
                "and query like 'copy \"order_line\"%' and state = 'active'"
            ).fetchall()
            if rows:
                yield from (pid for (pid,) in rows)
                return
            time.sleep(0.005)


def test_a_connection_lost_in_the_middle_leaves_whole_orders_only(
    engine: Engine, folder: Folder, settings: Settings, environment: dict[str, str]
) -> None:
    process = start(folder, environment)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        for pid in backends(settings.database_url):
            connection.execute("select pg_terminate_backend(%s)", [pid])
    assert process.wait(60) != 0
    assert process.stderr is not None
    # Which of its connections hears of it first decides the words.
    said = process.stderr.read()
    assert "terminating connection" in said or "connection is lost" in said
    no_half_orders(engine)
    load_when_free(folder, engine)
    assert scalar(engine, "select count(*) from sales_order") == 421
    no_half_orders(engine)


def test_one_import_at_a_time(engine: Engine, folder: Folder) -> None:
    with (
        import_connections(engine),
        pytest.raises(BadFile, match="Another import is running on this database"),
    ):
        folder.load(engine)
    folder.only("stores", "price_lists")
    (folder.path / "rejected").mkdir()
    folder.load(engine)


def test_a_waiting_import_leaves_the_rejected_rows_of_the_running_one(engine: Engine, folder: Folder) -> None:
    folder.add("colours", number="X", hex="blue")
    folder.load(engine)
    with import_connections(engine), pytest.raises(BadFile):
        folder.load(engine)
    assert folder.rejected("colours") == {3: "hex: not a colour like #86AFC8"}


def test_orders_placed_meanwhile_do_not_wait_long(engine: Engine, folder: Folder, settings: Settings) -> None:
    """A placement takes credit, stock and what was bought before, in this order, while orders come in."""
    folder.load(engine)
    for n in range(600):
        folder.order(
            f"Y-{n:04d}",
            {**OPEN_LINE, "sku": f"SKU-{n % 40}"},
            {**OPEN_LINE, "sku": f"SKU-{n % 39}"},
            company_code=f"K{n % 40}",
            **OPEN,
        )
    finished = threading.Event()
    waits: list[float] = []

    def place() -> None:
        with psycopg.connect(settings.database_url) as connection:
            turn = 0
            while not finished.is_set() or turn < 10:
                turn += 1
                began = time.monotonic()
                company = f"K{turn % 40}"
                connection.execute(
                    "update credit_account set used_minor = used_minor + 0 "
                    "where company_id = (select id from company where code = %s)",
                    [company],
                )
                connection.execute(
                    "select 1 from stock where variant_id in (select id from variant where sku like 'SKU%') "
                    "order by store_id, variant_id for update"
                )
                connection.execute(
                    "update bought set times = times where company_id = (select id from company where code = %s)",
                    [company],
                )
                connection.commit()
                waits.append(time.monotonic() - began)

    placing = threading.Thread(target=place)
    placing.start()
    try:
        report = folder.load(engine)
    finally:
        finished.set()
        placing.join()
    assert report.files["orders.csv"].added == 600
    assert report.rejected == 0
    print(f"{len(waits)} placements, longest {max(waits) * 1000:.0f} ms")
    assert max(waits) < 2
    no_half_orders(engine)


def test_the_planner_knows_what_came_in(engine: Engine, folder: Folder) -> None:
    never = "select coalesce(max(last_vacuum), '2000-01-01') from pg_stat_user_tables where relname = 'order_line'"
    before = scalar(engine, never)
    folder.load(engine)
    after = scalar(engine, never)
    assert after > before  # type: ignore[operator]
    folder.load(engine)
    assert scalar(engine, never) == after  # nothing was written, so nothing is tidied
