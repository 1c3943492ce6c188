"""Wrong passwords make the next try wait: longer each time, and only for those who may be guessing.

Tries of strangers are counted by address, by host and by network; those from a browser in which the person has signed
in before, or from a session, only by themselves. So nobody can lock anybody else out. Kept in SQL so that all processes
share one count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from portal.accounts.models import SignInAttempt
from portal.accounts.sign_in.use_cases.throttle import TooManyTries

WINDOW = timedelta(hours=24)
LONGEST = timedelta(minutes=15)
WAY_OUT = " Or choose a new password by mail: after that you can sign in here at once."


@dataclass(frozen=True, slots=True)
class Patience:
    """How often somebody may be wrong within a day before the next try has to wait, and how long at first. Each further
    wrong try doubles the pause, up to ``LONGEST``.

    :ivar way_out: what else there is to do than to wait.
    """

    purpose: str
    free: int
    first: timedelta
    way_out: str = WAY_OUT

    def pause(self, wrong: int) -> timedelta:
        """How long after the last of so many wrong tries the next one is heard."""
        if wrong < self.free:
            return timedelta(0)
        doubled: int = 2 ** min(wrong - self.free, 20)
        return min(LONGEST, self.first * doubled)


KNOWN = Patience("sign_in:browser", 8, timedelta(seconds=30))
ADDRESS = Patience("sign_in:address", 8, timedelta(seconds=30))
HOST = Patience("sign_in:host", 40, timedelta(seconds=15))
NETWORK = Patience("sign_in:network", 400, timedelta(seconds=5))
SESSION = Patience("sign_in:session", 8, timedelta(seconds=30), way_out="")
# By person: it takes their password to get this far.
CODE = Patience("second_factor", 4, timedelta(seconds=15), way_out="")


@dataclass(frozen=True, slots=True)
class Comer:
    """Whose tries are counted. ``browser``: its id if the person of the address has signed in with it before."""

    email: str
    host: str
    network: str
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where tries are counted together; only a hash of ``key`` is stored."""

    patience: Patience
    key: str

    @property
    def digest(self) -> bytes:
        """The same for known and unknown addresses, and not the address itself."""
        return sha256(f"{self.patience.purpose} {self.key}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Guess:
    """A try that is counted as wrong until it turns out to be right."""

    bucket: Bucket
    rows: Sequence[int]


# In one order for all, so that two tries never wait for each other crosswise.
_LOCK = text("""
select pg_advisory_xact_lock(7261005, k) from (select k from unnest(cast(:locks as int[])) as k order by k) sorted
""")
_WRONG = text("""
select count(a.id), max(a.at)
  from unnest(cast(:digests as bytea[])) with ordinality as b(digest, n)
  left join sign_in_attempt a on a.account_key = b.digest and a.at > :since
 group by b.n order by b.n
""")


def buckets_of(comer: Comer) -> list[Bucket]:
    """Where a try to sign in is counted: a known browser's apart from everybody else's."""
    if comer.browser:
        return [Bucket(KNOWN, f"{comer.email} {comer.browser}")]
    return [Bucket(ADDRESS, comer.email), Bucket(HOST, comer.host), Bucket(NETWORK, comer.network)]


def admit_guess(session: Session, buckets: Sequence[Bucket], *, now: datetime) -> Guess:
    """Count one try before its result is known, so that tries at the same moment count too.

    Call it in a transaction of its own: the try counts even if the request that makes it is rolled back.
    A refused try is not counted, or a patient person would never get in again.

    :raises TooManyTries: if one of the buckets has to wait.
    """
    session.execute(_LOCK, {"locks": [_number(each.digest) for each in buckets]})
    wrong = session.execute(
        _WRONG, {"digests": [each.digest for each in buckets], "since": now - WINDOW}
    ).all()
    until = max(
        (
            last + pause
            for bucket, (count, last) in zip(buckets, wrong, strict=True)
            if last and (pause := bucket.patience.pause(count))
        ),
        default=now,
    )
    if until > now:
        raise TooManyTries(ceil((until - now).total_seconds()), buckets[0].patience.way_out)
    counted = session.scalars(
        insert(SignInAttempt).returning(SignInAttempt.id),
        [
            {"account_key": each.digest, "network": "", "purpose": each.patience.purpose, "at": now}
            for each in buckets
        ],
    ).all()
    return Guess(buckets[0], counted)


def take_back(session: Session, guess: Guess) -> None:
    """The try was right: it counts against nobody, and earlier wrong ones of the same person are forgotten."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(guess.rows)))
    forget(session, [guess.bucket])


def forget(session: Session, buckets: Iterable[Bucket]) -> None:
    """Forget wrong tries."""
    digests = [each.digest for each in buckets]
    session.execute(delete(SignInAttempt).where(SignInAttempt.account_key.in_(digests)))


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:4], "big", signed=True)
