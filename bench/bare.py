"""The yardstick: a bare Flask page with a Jinja table of 20 rows, no database, on the same server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask, render_template_string

from bench.client import Browser, Person
from bench.load import Measured, run

PORT = int(os.environ.get("BARE_PORT", "8191"))
PAGE = """<!doctype html><html lang="en"><head><title>Orders</title></head><body><h1>Orders</h1><table>
{% for row in rows %}<tr><td><a href="/orders/{{ row.number }}">{{ row.number }}</a></td><td>{{ row.status }}</td>
<td>{{ row.po }}</td><td>{{ row.buyer }}</td><td>{{ row.store }}</td><td>{{ row.total }}</td></tr>
{% endfor %}</table></body></html>"""


def create_app() -> Flask:
    """The page, rendered for each request."""
    app = Flask("bare")

    @app.get("/")
    def page() -> str:
        rows = [
            {
                "number": f"CP-{n}",
                "status": "Ready",
                "po": n,
                "buyer": "B",
                "store": "S",
                "total": "$1,234.50",
            }
            for n in range(20)
        ]
        return render_template_string(PAGE, rows=rows)

    return app


def measure(people: int, seconds: float) -> Measured:
    """Requests a second that the same server and the same client do with it."""
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--workers", "2", "--blocking-threads", "2",
        "--port", str(PORT), "--host", "127.0.0.1", "--log-level", "critical", "--factory", "bench.bare:create_app",
    ]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        time.sleep(3)
        browsers = [Browser(f"127.0.0.1:{PORT}", Person(0)) for _ in range(people)]
        return run(browsers, lambda browser, n: (browser.get("/"), None)[1], seconds)
    finally:
        process.terminate()
        process.wait(10)
