"""Giving goods to the person who shows the pickup code."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import SignInAttempt
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.tokens import token_hash
from portal.orders.fulfilment.facts import PickedUp
from portal.orders.fulfilment.use_cases.invoices import invoice_what_left
from portal.orders.fulfilment.use_cases.transitions import (
    Work,
    expect,
    follow_lines,
    note,
    record_step,
    settle_line,
    stock_of,
    take,
)
from portal.orders.models.orders import Order, OrderLine
from portal.stores.stock.use_cases import issue

WRONG_TRIES = 5
PAUSE = timedelta(minutes=15)
_PURPOSE = "pickup_code"


def hand_over(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    number: str,
    code: str,
    lines: Collection[int] | None = None,
) -> Order:
    """Hand over what is ready, once, at the order's store, against its code. The stock leaves the house, and an
    invoice is issued for it.

    What is not ready yet (or was left out) stays on the order and is collected with the same code later.

    :param code: as typed or scanned; case, spaces and dashes do not matter.
    :param lines: line numbers that are taken now; None for all that is ready.
    :raises Rejected: ``already_collected``; ``order_state``; ``code_paused`` after five wrong codes within
        15 minutes; ``pickup_code_wrong`` (the caller then calls :func:`note_wrong_code` in a transaction of
        its own, because this one rolls back).
    """
    work = take(session, actor=actor, now=now, number=number)
    _expect_ready(work)
    _check_code(work, code)
    taken = [line for line in work.lines if line.quantity_ready and (lines is None or line.line_no in lines)]
    if not taken:
        raise Rejected("nothing_taken", "Tick the lines that are collected now.", field="line")
    gone = leave(work, taken)
    units = sum(units for _, units in gone)
    words = "Part of the order was collected" if _left(work) else "Collected"
    if work.order.pickup_person:
        words += f" by {work.order.pickup_person}"
    # The move is the pickup itself when nothing is left, and otherwise that the rest waits for stock.
    shown = {} if _left(work) else {"code_shown": True}
    event = follow_lines(work, words, quantity=units, **shown) or note(work, words)
    if work.order.status != "collected":
        record_step(work, PickedUp(quantity=units, code_shown=True), event)
    invoice_what_left(work)
    take_from_stock(work, gone)
    return work.order


def leave(work: Work, lines: list[OrderLine], *, state: str | None = None) -> list[tuple[OrderLine, int]]:
    """What is ready of these lines leaves the store; returns the units of each. The caller takes them from the stock
    at the end, because credit is locked before stock.

    :param state: of the lines, instead of the settled one.
    """
    gone = [(line, line.quantity_ready) for line in lines if line.quantity_ready]
    for line, units in gone:
        line.quantity_reserved -= units
        line.quantity_fulfilled += units
        line.quantity_ready = 0
        if state is None:
            settle_line(work, line)
        else:
            line.state = state
    return gone


def take_from_stock(work: Work, gone: list[tuple[OrderLine, int]]) -> None:
    """The units that left are neither on hand nor held any more."""
    if work.order.store_id is not None:
        issue(work.session, store_id=work.order.store_id, quantities=stock_of(gone))


def note_wrong_code(session: Session, *, actor: Actor, now: datetime, number: str) -> None:
    """Count a wrong code against its order. Runs in a transaction of its own."""
    session.add(
        SignInAttempt(
            account_key=_key(number), network=f"store:{actor.store_id or 0}", purpose=_PURPOSE, at=now
        )
    )


def plain_code(text: str) -> str:
    """A code as it is kept: upper case, without spaces and dashes."""
    return "".join(c for c in text.upper() if c.isalnum())


def _expect_ready(work: Work) -> None:
    order = work.order
    if order.status == "collected":
        raise Rejected(
            "already_collected", f"Order {order.number} has been collected already.", outcome="conflict"
        )
    expect(work, "ready", "picking", doing="handed over")
    if order.fulfilment != "pickup":
        raise Rejected("not_pickup", f"Order {order.number} is delivered, not collected.", outcome="conflict")
    if not any(line.quantity_ready for line in work.lines):
        raise Rejected("nothing_ready", f"Nothing of order {order.number} is ready yet.", outcome="conflict")


def _check_code(work: Work, code: str) -> None:
    tries = select(func.count()).where(
        SignInAttempt.account_key == _key(work.order.number),
        SignInAttempt.purpose == _PURPOSE,
        SignInAttempt.at > work.now - PAUSE,
    )
    wrong = work.session.scalar(tries) or 0
    if wrong >= WRONG_TRIES:
        raise Rejected(
            "code_paused",
            "Five wrong codes for this order. Wait 15 minutes, or ask the customer to show the order on their "
            "phone.",
            field="code",
            outcome="denied",
        )
    expected = plain_code(work.order.pickup_code or "")
    if not expected or not hmac.compare_digest(plain_code(code).encode(), expected.encode()):
        left = WRONG_TRIES - wrong - 1
        again = (
            f"{left} more {'try' if left == 1 else 'tries'}."
            if left
            else "That was the last try for 15 minutes."
        )
        raise Rejected(
            "pickup_code_wrong",
            f"That is not the code of this order. Check it with {work.order.pickup_person or 'the customer'}. {again}",
            field="code",
            outcome="denied",
        )


def _left(work: Work) -> int:
    return sum(line.quantity_reserved + line.quantity_backordered for line in work.lines)


def _key(number: str) -> bytes:
    return token_hash(f"{_PURPOSE}:{number}")
