"""Rate limits on guesses, kept in SQL so that all processes share one count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.errors import Rejected


@dataclass(frozen=True)
class Limit:
    """How many tries an account and a network have within ``window``. ``way_out``: what else can be done, told to whoever
    has to wait."""

    purpose: str
    per_account: int
    per_network: int
    window: timedelta
    way_out: str = ""


# Wrong passwords are counted otherwise: guesses.py.
ANY_NETWORK = 1_000_000
# A company's invitations, counted by company; the network says nothing here.
INVITATION = Limit("invitation", per_account=60, per_network=ANY_NETWORK, window=timedelta(minutes=60))
# To one address, whichever companies invite it: nobody's mailbox is flooded from here.
INVITATION_TO = Limit(
    "invitation_to",
    per_account=5,
    per_network=ANY_NETWORK,
    window=timedelta(days=1),
    way_out=" One address gets at most five invitations a day.",
)
RESET = Limit(
    "reset",
    per_account=5,
    per_network=ANY_NETWORK,
    window=timedelta(days=1),
    way_out=" Or use the link in the newest mail: each works for an hour.",
)
RESETS_OF_NETWORK = Limit("resets_of", per_account=ANY_NETWORK, per_network=30, window=timedelta(minutes=60))

# From how many seconds on a wait is told in which unit.
_UNITS = ((7200, 3600, "hour"), (60, 60, "minute"), (0, 1, "second"))

# A fixed lock order, account before network, prevents deadlocks.
_LOCK = text("""
select pg_advisory_xact_lock(7261002, hashtext(encode(:account, 'hex'))),
       pg_advisory_xact_lock(7261003, hashtext(:network))
""")
_FORGET = text("""
delete from sign_in_attempt
 where purpose = :purpose and (account_key = :account or network = :network) and at <= :since
""")
# The moment from which one more try is allowed: when the oldest of the last `limit` tries leaves the window.
_TRY = text("""
with full_until as (
  select greatest(
    (select at from sign_in_attempt where purpose = :purpose and account_key = :account and at > :since
      order by at desc offset :account_limit - 1 limit 1),
    (select at from sign_in_attempt where purpose = :purpose and network = :network and at > :since
      order by at desc offset :network_limit - 1 limit 1)) as at
), counted as (
  insert into sign_in_attempt (account_key, network, purpose, at)
  select :account, :network, :purpose, :now from full_until where at is null
)
select at from full_until
""")


class TooManyTries(Rejected):
    """The rate limit is reached. ``retry_after``: seconds until the next try is allowed."""

    def __init__(self, retry_after: int, way_out: str = "") -> None:
        super().__init__(
            "too_many_tries",
            f"Too many tries. Wait {wait_words(retry_after)}, then try again.{way_out}",
            outcome="denied",
            details={"retry_after": retry_after},  # read by billing.pay_links
        )
        self.retry_after = retry_after


def wait_words(seconds: int) -> str:
    """``30 seconds``, ``2 minutes``, ``23 hours``: for how long to wait, never too short."""
    size, unit = next((size, unit) for least, size, unit in _UNITS if seconds >= least)
    count = ceil(seconds / size)
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _account_key(email: str) -> bytes:
    # The same for known and unknown addresses, and not the address itself.
    return sha256(email.encode()).digest()


def admit(session: Session, *, limit: Limit, email: str, network: str, now: datetime) -> None:
    """Count one try before its result is known, so that concurrent guesses count too.

    Call it in a transaction of its own: the try counts even if the request that makes it is rolled back.
    A refused try is not counted, or a patient person would never get in again.

    :raises TooManyTries: if the account or the network has used up its tries.
    """
    who = {"account": _account_key(email), "network": network or "unknown"}
    window = {"purpose": limit.purpose, "since": now - limit.window, "now": now}
    session.execute(_LOCK, who)
    session.execute(_FORGET, {**who, **window})
    full_since: datetime | None = session.execute(
        _TRY, {**who, **window, "account_limit": limit.per_account, "network_limit": limit.per_network}
    ).scalar_one()
    if full_since is None:
        return
    wait = ceil((full_since + limit.window - now).total_seconds())
    raise TooManyTries(max(1, wait), limit.way_out)
