"""The code that a customer shows at the counter: checked against the order, with a pause after wrong ones."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import SignInAttempt
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.tokens import token_hash
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder

WRONG_TRIES = 5
PAUSE = timedelta(minutes=15)
_PURPOSE = "pickup_code"


class WrongPickupCode(Rejected):
    """It is not the code of this order. Whoever catches it counts it: :func:`count_wrong_code`."""

    def __init__(self, person: str, tries_left: int) -> None:
        more = f"{tries_left} more {'try' if tries_left == 1 else 'tries'}."
        super().__init__(
            "pickup_code_wrong",
            f"That is not the code of this order. Check it with {person or 'the customer'}. "
            f"{more if tries_left else 'That was the last try for 15 minutes.'}",
            field="code",
            outcome="denied",
        )


def check_code(locked: LockedOrder, code: str) -> None:
    """Refuse a wrong code, and every code during the pause.

    :param code: as typed or scanned.
    :raises Rejected: ``code_paused`` after five wrong codes within 15 minutes; :class:`WrongPickupCode`.
    """
    order, wrong = locked.order, _wrong_tries(locked)
    if wrong >= WRONG_TRIES:
        raise Rejected(
            "code_paused",
            "Five wrong codes for this order. Wait 15 minutes, or ask the customer to show the order on their "
            "phone.",
            field="code",
            outcome="denied",
        )
    expected = plain_code(order.pickup_code or "")
    if not expected or not hmac.compare_digest(plain_code(code).encode(), expected.encode()):
        raise WrongPickupCode(order.pickup_person, WRONG_TRIES - wrong - 1)


def _wrong_tries(locked: LockedOrder) -> int:
    tries = select(func.count()).where(
        SignInAttempt.account_key == _key(locked.order.number),
        SignInAttempt.purpose == _PURPOSE,
        SignInAttempt.at > locked.now - PAUSE,
    )
    return locked.session.scalar(tries) or 0


def count_wrong_code(session: Session, *, actor: Actor, now: datetime, number: str) -> None:
    """Count a wrong code against its order. Runs in a transaction of its own, because the one that was refused is
    rolled back."""
    network = f"store:{actor.store_id or 0}"
    session.add(SignInAttempt(account_key=_key(number), network=network, purpose=_PURPOSE, at=now))


def plain_code(text: str) -> str:
    """A code as it is kept: upper case, without spaces and dashes."""
    return "".join(c for c in text.upper() if c.isalnum())


def _key(number: str) -> bytes:
    return token_hash(f"{_PURPOSE}:{number}")
