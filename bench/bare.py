"""The yardstick: bare Flask and Jinja on the same server under the same load. No session, no access check, no log.

``/?bytes=N`` is a table of 20 rows without a database, filled up to N bytes; ``/orm`` reads the rows by the ORM.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, render_template_string, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.client import Browser, Person
from bench.load import WRK, Measured, fetch, run
from portal.foundation.config import Settings, var_dir
from portal.foundation.db import make_engine
from portal.orders.models.orders import Order

PORT = int(os.environ.get("BARE_PORT", "8191"))
HOST = f"127.0.0.1:{PORT}"
PAGE = """<!doctype html><html lang="en"><head><title>Orders</title></head><body><h1>Orders</h1><table>
{% for row in rows %}<tr><td><a href="/orders/{{ row.number }}">{{ row.number }}</a></td><td>{{ row.status }}</td>
<td>{{ row.po_number }}</td><td>{{ row.placed_by_name }}</td><td>{{ row.job_name }}</td><td>{{ row.total_minor }}</td></tr>
{% endfor %}</table>{{ filling|safe }}</body></html>"""
ROWS = [
    SimpleNamespace(
        number=f"CP-{n}", status="ready", po_number=n, placed_by_name="B", job_name="J", total_minor=1
    )
    for n in range(20)
]


def create_app() -> Flask:
    """Both pages, rendered for each request."""
    app = Flask("bare")
    engine = make_engine(
        Settings(database_url=os.environ["DATABASE_URL"], secret_key="x" * 40, var_dir=var_dir())
    )

    @app.get("/")
    def page() -> str:
        filling = "<p>filling</p>" * ((request.args.get("bytes", 0, int) - 3_000) // 14)
        return render_template_string(PAGE, rows=ROWS, filling=filling)

    @app.get("/orm")
    def orm() -> str:
        with Session(engine) as session:
            rows = session.scalars(select(Order).order_by(Order.id).limit(20)).all()
            return render_template_string(PAGE, rows=rows, filling="")

    return app


@contextmanager
def serving(url: str) -> Iterator[None]:
    """The bare application on the portal's server with as many workers and threads."""
    command = [
        str(Path(sys.executable).parent / "granian"),
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(PORT),
        "--workers",
        os.environ.get("PORTAL_WORKERS", "2"),
        "--blocking-threads",
        os.environ.get("PORTAL_THREADS", "2"),
        "--log-level",
        "critical",
        "--factory",
        "bench.bare:create_app",
    ]
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url}, start_new_session=True)
    try:
        time.sleep(3)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # it keeps connections that nobody uses
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def measure(path: str, people: int, seconds: float) -> Measured:
    """Requests a second with the client that also asks for the portal's pages."""
    if WRK:
        return fetch(HOST, [(path, "")], people, seconds)
    browsers = [Browser(HOST, Person(0)) for _ in range(people)]
    return run(browsers, lambda browser, n: browser.look(path), seconds)
