"""The production server: granian (docs/decisions/0001-web-server.md says why)."""

from __future__ import annotations

from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from portal.foundation import logs
from portal.foundation.config import Settings

# A worker that dies is replaced; one that does not stop within this time is killed.
STOP_SECONDS = 20


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight are finished first."""
    logs.configure(settings.log_format)
    Server(
        "portal.app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.bind,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.threads,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig=_passed_on(),
    ).serve()


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
