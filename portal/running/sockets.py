"""The server's sockets: the one that listens, and those that are cut because their other side is too slow."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Iterator
from contextlib import suppress

BACKLOG = 2048
# Milliseconds after which the system itself gives up a connection whose other side takes nothing any longer.
TAKES_NOTHING = 60_000
Peer = tuple[str, int]


def listening(host: str, port: int) -> socket.socket:
    """A socket that accepts connections for whoever holds it; they wait while nobody takes them.

    :raises OSError: if the port is taken.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.bind((host, port))
    made.listen(BACKLOG)
    return ready(made)


def ready(held: socket.socket) -> socket.socket:
    """A listening socket from elsewhere (systemd, or the server before us), with what its connections inherit."""
    if hasattr(socket, "TCP_USER_TIMEOUT") and held.family != socket.AF_UNIX:
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TAKES_NOTHING)
    held.setblocking(False)
    held.set_inheritable(True)
    return held


def cut(peer: Peer) -> None:
    """End the connection with that other side: the server has no way to give up one it is sending to."""
    for each in _connections():
        if _peer(each) == peer:
            _end(each)


def cut_all(port: int, but: Collection[Peer]) -> None:
    """End every connection to our port, except those."""
    for each in _connections():
        peer = _peer(each)  # none: it listens, and others may hold it
        if peer is not None and peer not in but and each.getsockname()[1] == port:
            _end(each)


def _connections() -> Iterator[socket.socket]:
    """Copies of this process's internet sockets, where the system lists them (Linux)."""
    folder = "/proc/self/fd"
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(OSError):
                if os.readlink(f"{folder}/{name}").startswith("socket:"):
                    with socket.socket(fileno=os.dup(int(name))) as copy:
                        if copy.family in {socket.AF_INET, socket.AF_INET6}:
                            yield copy


def _peer(connection: socket.socket) -> Peer | None:
    with suppress(OSError):
        host, port, *_ = connection.getpeername()
        return str(host), int(port)
    return None


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
