"""``portal serve``: holds the listening socket, and has one server follow another on it.

The servers come and go, the socket stays, so nobody is refused: not when a new version takes over (SIGHUP), and not while
a server that fell is started again. What arrives meanwhile waits in the socket's queue.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

import structlog

from portal.foundation import logs
from portal.foundation.config import Settings
from portal.running import guards, sockets
from portal.running.children import die_with_parent

log = structlog.get_logger(__name__)

START_SECONDS = 60.0  # for a successor to be ready; the old server serves until then
STOP_SECONDS = 25.0  # for a server to finish what it works on
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
SYSTEMD_FIRST = 3  # the descriptor under which systemd passes a socket


def listening_socket(settings: Settings) -> socket.socket:
    """The one that systemd holds for us, or our own.

    :raises ConfigError: when the port is taken or not ours to take.
    """
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS", "0") != "0":
        return sockets.ready(socket.socket(fileno=SYSTEMD_FIRST))
    return guards.listening(settings.bind, settings.port, "PORTAL_PORT")


class _Server:
    """One server process on the socket."""

    def __init__(self, held: socket.socket, workers: int) -> None:
        self._workers = workers
        self._said, told = os.pipe()
        os.set_inheritable(told, True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.running.successor", str(held.fileno()), str(told)],
            pass_fds=(held.fileno(), told),
            preexec_fn=die_with_parent(),
        )
        os.close(told)
        self.ready = False

    def becomes_ready(self, stop: Relay) -> bool:
        """Wait until each of its workers has loaded the application. False if it ended, or took too long."""
        until, count = time.monotonic() + START_SECONDS, 0
        with selectors.DefaultSelector() as selector:
            selector.register(self._said, selectors.EVENT_READ)
            while not stop.asked and time.monotonic() < until and self.process.poll() is None:
                if selector.select(0.2):
                    said = os.read(self._said, 64)
                    count += len(said)
                    if not said or count >= self._workers:
                        break
        self.ready = count >= self._workers
        return self.ready

    def stop(self) -> None:
        """Have it finish what it works on; after its time, insist."""
        os.close(self._said)
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Relay:
    """The socket and whoever serves on it. Call it once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.asked = False
        self._follow = False

    def __call__(self) -> int:
        """Serve until SIGINT or SIGTERM. Returns the exit code.

        :raises ConfigError: when the port is taken or not ours to take.
        """
        logs.configure(self._settings.log_format)
        held = listening_socket(self._settings)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)
        server = self._started(held)
        if not server.becomes_ready(self) and not self.asked:
            server.stop()
            return server.process.returncode or 1
        log.info("the server is ready", workers=self._settings.workers)
        while not self.asked:
            server = self._looked_after(server, held)
        held.close()
        server.stop()
        return 0

    def _started(self, held: socket.socket) -> _Server:
        return _Server(held, self._settings.workers)

    def _looked_after(self, server: _Server, held: socket.socket) -> _Server:
        """Wait a moment; a successor if one was asked for, or if the server fell."""
        if self._follow:
            self._follow = False
            return self._followed(server, held)
        if server.process.poll() is not None:
            return self._raised(server, held)
        time.sleep(0.1)
        return server

    def _followed(self, old: _Server, held: socket.socket) -> _Server:
        new = self._started(held)
        if new.becomes_ready(self):
            old.stop()
            log.info("a new server has taken over")
            return new
        new.stop()
        log.error("the new server did not become ready; the old one goes on")
        return old

    def _raised(self, fallen: _Server, held: socket.socket) -> _Server:
        pause = FIRST_PAUSE
        while not self.asked:
            log.error("the server fell and is started again", code=fallen.process.returncode, seconds=pause)
            fallen.stop()
            self._rest(pause)
            fallen = self._started(held)
            if fallen.becomes_ready(self) or self.asked:
                break
            pause = min(pause * 2, LONGEST_PAUSE)
        return fallen

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.asked and time.monotonic() < until:
            time.sleep(0.1)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._follow = True
        else:
            self.asked = True
