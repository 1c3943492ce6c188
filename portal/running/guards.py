"""What can stand in the way of a start, said in one sentence before anything is started."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import IO

from portal.foundation.config import ConfigError
from portal.running import sockets


def prepare(folder: Path) -> None:
    """Make the var folder and see that it can be written.

    :raises ConfigError: when it can't.
    """
    probe = folder / ".write-test"
    try:
        (folder / "log").mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"0" * 65536)  # more than a file system keeps in a full disk's last block
    except FileExistsError as error:
        raise ConfigError(
            f"{error.filename or folder} is a file, not a folder; set PORTAL_VAR elsewhere."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written ({error.strerror}); set PORTAL_VAR to a folder you own with free space."
        ) from error
    finally:
        with suppress(OSError):
            probe.unlink()


def only_one(folder: Path, address: str) -> IO[str]:
    """Hold the folder's run lock until the process ends.

    :raises ConfigError: when another process holds it.
    """
    lock = (folder / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        other = lock.read().strip() or "unknown"
        raise ConfigError(
            f"Counterpart already runs from {folder} ({other}); stop it, or set PORTAL_VAR to run another one."
        ) from error
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, {address}\n")
    lock.flush()
    return lock


def port_is_free(host: str, port: int, setting: str) -> None:
    """:raises ConfigError: when the port is taken or not ours to take."""
    listening(host, port, setting).close()


def listening(host: str, port: int, setting: str) -> socket.socket:
    """The socket to serve on.

    :raises ConfigError: when the port is taken or not ours to take.
    """
    try:
        return sockets.listening(host, port)
    except PermissionError as error:
        raise ConfigError(
            f"Port {port} needs more rights; choose another one with {setting}=8000."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"Port {port} is taken on {host}; choose another one with {setting}={port + 1}."
        ) from error


def free_port(host: str, wished: int) -> int:
    """The wished port, or any free one where that is taken."""
    for port in (wished, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    raise ConfigError(f"No port is free on {host}.")


def secret_key(folder: Path) -> str:
    """The key of this installation, made once and readable by its owner alone."""
    file = folder / "secret-key"
    with suppress(FileNotFoundError):
        known = file.read_text().strip()
        if len(known) >= 32:
            return known
    made = secrets.token_urlsafe(48)
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(made + "\n")
    return made
