"""Crediting what was charged: goods that come back, goods that were wrong, units that never came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.invoices.use_cases.issue import issue
from portal.billing.models.invoices import Invoice
from portal.billing.refunds.facts import OrderRefunded
from portal.billing.reminders.letters.new_documents import mail_new_document
from portal.billing.settlement.use_cases.memos import apply_to_refunded
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder, lock_order, stock_of
from portal.orders.fulfilment.use_cases.transitions import log_event, record_step
from portal.orders.models.orders import OrderLine
from portal.orders.returns.facts import ReturnRequested
from portal.orders.returns.rules import REASONS, is_claim, is_sellable, refusal
from portal.orders.returns.use_cases.memo import return_memo
from portal.stores.stock.use_cases import put_back

Units = list[tuple[OrderLine, int]]  # lines, each with how many units of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What is taken back or credited, and why.

    :ivar units: by line number, each above zero.
    :ivar reason: one of :data:`portal.orders.returns.rules.REASONS`.
    :ivar restock: somebody has looked at the goods and they can be sold again.
    :ivar token: random, made with the form: the same one is credited once.
    :ivar beyond: credit only what is left where an amount was credited before; an administrator's decision.
    """

    units: Mapping[int, int]
    reason: str
    restock: bool
    token: str
    beyond: bool = False


def take_back(session: Session, *, actor: Actor, now: datetime, number: str, back: Return) -> Invoice:
    """Credit units of an order's lines. Idempotent: a form sent twice gives the same memo.

    Never more than was invoiced and not credited yet, by whatever way. What can be sold again goes back on the store's
    shelf; tinted goods never do.

    :raises NotFound: for an order of another store.
    :raises Rejected: ``nothing``; ``reason``; ``units-<line>`` on the line's field; ``restock``; ``beyond`` where an
        amount was credited before.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    key = f"return:{locked.order.id}:{back.token}"
    before = session.scalars(select(Invoice).where(Invoice.issue_key == key)).one_or_none()
    if before is not None:
        return before
    lines = _checked(locked, back)
    document = return_memo(locked, lines, key=key, reason=REASONS[back.reason], beyond=back.beyond)
    memo = issue(session, document, actor=actor, now=now)
    assert memo is not None  # the order is locked, and the key was looked for under its lock
    for line, units in lines:
        line.quantity_returned += units
    apply_to_refunded(session, memo, actor=actor, now=now)
    _record_return(locked, lines, back.reason, memo)
    mail_new_document(session, memo)
    if back.restock and locked.order.store_id is not None:
        put_back(session, store_id=locked.order.store_id, quantities=stock_of(lines))
    return memo


def _checked(locked: LockedOrder, back: Return) -> Units:
    lines = [(locked.line(line_no), units) for line_no, units in sorted(back.units.items())]
    if not lines:
        raise Rejected("nothing", "Enter how many units of at least one line.", field="units")
    for line, units in lines:
        most = max(0, line.quantity_invoiced - line.quantity_returned)
        if not 0 < units <= most:
            words = f"Give a number from 1 to {most}." if most else "All of it was credited already."
            raise Rejected("units", f"{line.sku}: {words}", field=f"units-{line.line_no}")
    if back.reason not in REASONS:
        raise Rejected("reason", "Choose why it is credited.", field="reason")
    for line, _ in lines:
        _check_goods(line, back)
    return lines


def _check_goods(line: OrderLine, back: Return) -> None:
    tinted = line.colour_number is not None
    problem = refusal(back.reason, tinted=tinted)
    if problem:
        raise Rejected("reason", f"{line.sku}: {problem}", field="reason")
    if back.restock and not is_sellable(back.reason, tinted=tinted):
        raise Rejected(
            "restock",
            f"{line.sku} cannot be sold again, so it does not go back on the shelf.",
            field="restock",
        )


def _record_return(locked: LockedOrder, lines: Units, reason: str, memo: Invoice) -> None:
    what = ", ".join(f"{n} of {line.sku}" for line, n in lines[:3])
    what += f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    amount = format_minor(-memo.total_minor, memo.currency)
    did = f"Credited {amount} for" if memo.total_minor else "Took back, credited before:"
    event = log_event(locked, f"{did} {what} ({REASONS[reason].lower()}), credit memo {memo.number}")
    units = sum(n for _, n in lines)
    requested = ReturnRequested(quantity=units, lines=len(lines), reason=reason, claim=is_claim(reason))
    record_step(locked, requested, event)
    refunded = OrderRefunded(quantity=units, lines=len(lines), reason=reason)
    record_step(locked, refunded, event, value_minor=-memo.total_minor)
