"""The production server: granian (docs/decisions/0001-web-server.md says why)."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import socket
import threading
from contextlib import suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.mp import MPServer

from portal.foundation import logs
from portal.foundation.config import Settings
from portal.running import sockets
from portal.running.gateway import Gateway

# A worker that dies is replaced; one that does not stop within this time is killed.
STOP_SECONDS = 20
# Told to stop, a worker finishes what it works on; whoever still sends or takes something has this long (seconds).
SLOW_ONES_HAVE = 2.0
OPEN_FILES = 16_384  # connections of a process, and what it needs itself; often only 1,024 unless asked for


class _Stop:
    """Tells the workers that the stop has begun: they wait at one end of a pipe until the other is closed."""

    def __init__(self) -> None:
        self._begun, self._open = os.pipe()

    def begin(self) -> None:
        """In the parent."""
        os.close(self._open)

    def wait(self) -> None:
        """In a worker, which has a copy of both ends."""
        os.close(self._open)
        os.read(self._begun, 1)


class HoldingServer(MPServer):
    """The server on a socket that others may hold, too: no connection is refused while one server follows another."""

    def __init__(self, held: socket.socket, **options: Any) -> None:
        super().__init__(**options)
        self._held = held

    def _init_shared_socket(self) -> None:
        self._ssp = None
        descriptor: Any = self._held.fileno()
        holder: Any = SocketHolder
        self._shd, self._sfd = holder(descriptor, False, sockets.BACKLOG), descriptor
        self._sso = self._held

    def _stop_workers(self) -> None:
        _stop.begin()
        super()._stop_workers()  # type: ignore[no-untyped-call]


_stop = _Stop()
_ready: int | None = None


def serve(settings: Settings, held: socket.socket, ready: int) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM; requests that are worked on are finished first.

    :param ready: a file descriptor to which each worker writes a byte when it has loaded the application.
    """
    global _ready
    _ready = ready
    logs.configure(settings.log_format)
    _allow_many_connections()
    import portal.app  # noqa: F401  (once, before the workers are forked: they start in no time and share it)

    HoldingServer(
        held,
        target="portal.running.web_server:load",
        factory=True,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,  # what proxies speak to a server behind them
        address=settings.bind,
        port=settings.port,
        workers=settings.workers,
        backlog=sockets.BACKLOG,
        backpressure=sockets.BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig=_passed_on(),
    ).serve()


def load() -> Gateway:
    """The application of one worker process, with a connection pool of its own."""
    # The server hears signals only once the application is there; until then the default must end the process.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    from portal.app import create_app

    app = create_app()
    settings: Settings = app.extensions["settings"]
    gateway = Gateway(app.wsgi_app, settings.threads)
    loop = asyncio.get_event_loop()
    threading.Thread(target=_let_go, args=(loop, gateway, settings.port), daemon=True).start()
    # What exists now is never freed, so the garbage collector can skip it.
    gc.collect()
    gc.freeze()
    _say_ready()
    return gateway


def _say_ready() -> None:
    if _ready is not None:
        with suppress(OSError):  # nobody waits for a worker that replaces another one
            os.write(_ready, b".")


def _allow_many_connections() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(most, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _let_go(loop: asyncio.AbstractEventLoop, gateway: Gateway, port: int) -> None:
    """After the stop has begun, nobody who is slow holds it up."""
    _stop.wait()
    threading.Event().wait(SLOW_ONES_HAVE)
    while True:
        sockets.cut_all(port, set(gateway.at_work))
        threading.Event().wait(0.5)


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
