"""The production server: granian (docs/decisions/0001-web-server.md says why)."""

from __future__ import annotations

import gc
import signal
from typing import Any

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from portal.foundation import logs
from portal.foundation.config import Settings
from portal.running.bodies import READERS, Bodies

# A worker that dies is replaced; one that does not stop within this time is killed.
STOP_SECONDS = 20


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight are finished first."""
    logs.configure(settings.log_format)
    import portal.app  # noqa: F401  (once, before the workers are forked: they start in no time and share it)

    Server(
        "portal.running.web_server:load",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.bind,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.threads + READERS,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig=_passed_on(),
    ).serve()


def load() -> Flask:
    """The application of one worker process, with a connection pool of its own."""
    # The server hears signals only once the application is there; until then the default must end the process.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    from portal.app import create_app

    app = create_app()
    app.wsgi_app = Bodies(app.wsgi_app, app.extensions["settings"].threads)  # type: ignore[method-assign]
    # What exists now is never freed, so the garbage collector can skip it.
    gc.collect()
    gc.freeze()
    return app


def _passed_on() -> dict[str, Any]:
    """The server's own messages go through the portal's log, warnings and above."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {},
        "handlers": {},
        "loggers": {
            name: {"handlers": [], "level": "WARNING", "propagate": True}
            for name in ("_granian", "granian.access")
        },
    }
