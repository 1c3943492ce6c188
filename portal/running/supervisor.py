"""``portal run``: database, mailbox, pay sandbox, web server and worker on one machine, started and stopped together."""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from types import FrameType
from urllib.parse import urlsplit

from sqlalchemy import create_engine, pool

from portal.foundation import config
from portal.foundation.config import ConfigError
from portal.foundation.db import psycopg_url
from portal.foundation.postgres import migrate, reachable
from portal.foundation.postgres.embedded import EmbeddedPostgres
from portal.running import guards, pay_sandbox
from portal.running.children import Plan
from portal.running.family import Family
from portal.running.pay_sandbox import PaySandbox

READY_SECONDS = 60
# Made up, like everything in the demo; the numbers have valid check digits and belong to nobody.
DEMO_SELLER = {
    "PORTAL_SELLER_NAME": "Aldermoor Coatings",
    "PORTAL_MAIL_FROM": "orders@demo.example",
    "PORTAL_SELLER_LEGAL_NAME": "Aldermoor Coatings, Inc.",
    "PORTAL_SELLER_ADDRESS": "1400 Demo Park Drive | Chicago, IL 60601 | USA",
    "PORTAL_SELLER_TAX_NUMBERS": "EIN 00-0000000",
    "PORTAL_SELLER_REGISTRATION": "Registered in Delaware, file 0000000",
    "PORTAL_SELLER_CONTACT": "receivables@demo.example | +1 312 555 0100",
    "PORTAL_SELLER_BANK": "Account name: Aldermoor Coatings, Inc. | Bank: Demo Bank | Routing number: 000000000 "
    "| Account number: 0000123456",
    "PORTAL_SELLER_REMIT_TO": "Aldermoor Coatings, Inc. | P.O. Box 0001 | Chicago, IL 60601",
}
Say = Callable[[str], None]


class Stopped(Exception):
    """SIGINT or SIGTERM arrived while starting."""


@dataclass(frozen=True)
class Mailbox:
    """Ports of the sandbox that takes the portal's mails."""

    smtp: int
    web: int


class Run:
    """One run, from the first check to the last stop. Call it once."""

    def __init__(self, environment: Mapping[str, str], say: Say, seed: Callable[[str, Say], bool]) -> None:
        self._given = dict(environment)
        self._say = say
        self._seed = seed
        self._stop = threading.Event()
        self._var = config.var_dir(self._given)
        self._bind = self._given.get("PORTAL_BIND", "127.0.0.1")
        self._port = config.port(self._given)
        self._is_demo = False
        self._family = Family(self._var / "log", say)

    @property
    def address(self) -> str:
        return self._given.get("PORTAL_PUBLIC_URL") or f"http://127.0.0.1:{self._port}"

    def __call__(self, introduce: Callable[[str], None]) -> int:
        """Start, say that it is ready, wait, stop. Returns the exit code.

        :param introduce: called with the database's address once all is ready.
        :raises ConfigError: when something stands in the way.
        """
        with ExitStack() as undo:
            undo.enter_context(self._signals())
            try:
                self._start(undo, introduce)
                return self._watch()
            except Stopped:
                return 0
            finally:
                self._family.stop()

    def _start(self, undo: ExitStack, introduce: Callable[[str], None]) -> None:
        self._say(f"Counterpart is starting; its data is in {self._var}")
        guards.prepare(self._var)
        undo.enter_context(guards.only_one(self._var, self.address))
        guards.port_is_free(self._bind, self._port, "PORTAL_PORT")
        url = self._database(undo)
        mailbox, payments = self._mailbox(), self._payments()
        environment = self._environment(url, mailbox, payments)
        config.from_environment(environment)
        self._start_children(mailbox, payments, environment)
        self._say(f"Logs: {self._var / 'log'}")
        introduce(url)

    def _start_children(
        self, mailbox: Mailbox | None, payments: PaySandbox | None, environment: Mapping[str, str]
    ) -> None:
        if mailbox is not None:
            arguments = ["-m", "sandbox.mail", str(mailbox.smtp), str(mailbox.web)]
            self._child(Plan("mail sandbox", arguments, environment, 5))
        self._child(Plan("portal", ["-m", "portal.cli", "serve"], environment))
        self._child(Plan("worker", ["-m", "portal.cli", "worker"], environment))
        self._wait_until_ready()
        if mailbox is not None:
            self._say(f"Mails it sends: http://127.0.0.1:{mailbox.web}")
        if payments is not None:  # not needed in the first second, so readiness does not depend on it
            reached = f"http://127.0.0.1:{self._port}"
            secrets = {**environment, **payments.secrets}
            self._child(Plan("stripe sandbox", payments.arguments(reached), secrets, 5))
            self._say(f"Test payments, watched and steered: {payments.address}/_sandbox/")

    def _database(self, undo: ExitStack) -> str:
        url = self._given.get("DATABASE_URL", "")
        if not url:
            server = EmbeddedPostgres(self._var / "postgres")
            undo.callback(server.close)
            url = server.ensure_database("counterpart")
        engine = create_engine(psycopg_url(url), poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
        version = reachable.check(engine)
        self._say(
            f"Database: PostgreSQL {version}" + ("" if self._given.get("DATABASE_URL") else ", our own")
        )
        if migrate.upgrade(engine, self._say):
            self._say(f"Database brought to migration {migrate.head()}")
        self._is_demo = self._seed(url, self._say)
        return url

    def _mailbox(self) -> Mailbox | None:
        if self._given.get("PORTAL_SMTP_URL") or find_spec("sandbox") is None:
            return None
        smtp = guards.free_port("127.0.0.1", 8025)
        return Mailbox(smtp, guards.free_port("127.0.0.1", 8026))

    def _payments(self) -> PaySandbox | None:
        """For the demo, unless keys of one's own are given."""
        if not self._is_demo or self._given.get("PORTAL_STRIPE_KEY") or find_spec("sandbox") is None:
            return None
        return pay_sandbox.prepare(self._var)

    def _environment(self, url: str, mailbox: Mailbox | None, payments: PaySandbox | None) -> dict[str, str]:
        made = {
            "PORTAL_ENV": "development",
            "PORTAL_SECRET_KEY": guards.secret_key(self._var),
            "PORTAL_PUBLIC_URL": self.address,
            "PORTAL_TRUSTED_HOSTS": "localhost,127.0.0.1",
            "PORTAL_VAR": str(self._var),
            **({"PORTAL_DEMO": "yes", **DEMO_SELLER} if self._is_demo else {}),
            **({"PORTAL_SMTP_URL": f"smtp://127.0.0.1:{mailbox.smtp}"} if mailbox else {}),
            **(payments.environment if payments else {}),
        }
        return {**made, **self._given, "DATABASE_URL": url}

    def _child(self, plan: Plan) -> None:
        if self._stop.is_set():
            raise Stopped
        self._family.start(plan)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self._stop.wait(0.1):
                raise Stopped
            fallen = self._family.fallen()
            if fallen is not None:
                raise ConfigError(fallen.obituary())
            if _is_ready(self._bind, self._port, self.address):
                return
        raise ConfigError(
            f"The portal did not become ready within {READY_SECONDS} seconds; see {self._var}/log."
        )

    def _watch(self) -> int:
        while not self._stop.wait(0.5):
            self._family.look_after()
        self._say("Stopping …")
        return 0

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self._stop.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _is_ready(host: str, port: int, address: str) -> bool:
    reached = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104  (compared, not bound)
    connection = http.client.HTTPConnection(reached, port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": urlsplit(address).netloc})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
