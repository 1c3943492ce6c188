"""Placing an order on account: everything is committed together, or nothing is.

Locks are always taken in the same order (draft, credit, stock by variant, pickup window), which prevents deadlocks.
Nothing slow or foreign happens while they are held: the mail is a row and a job, sent after the commit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.limits.queries import order_limits
from portal.billing.credit.use_cases import take_credit
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.orders.checkout.letters import mail_confirmation
from portal.orders.checkout.new_order import NewOrder
from portal.orders.checkout.snapshot import fingerprint
from portal.orders.checkout.use_cases.line_rows import write_lines
from portal.orders.checkout.use_cases.order_rows import write_order
from portal.orders.checkout.use_cases.placeable import (
    po_number_of,
    promise,
    refuse_changes,
    refuse_lines,
    store_of,
)
from portal.orders.checkout.use_cases.placed import Placed, Placement, record_placed
from portal.orders.checkout.use_cases.reservations import book_its_window, hold_stock
from portal.orders.checkout.use_cases.tokens import placed_before, refuse_used_token, used_token
from portal.orders.drafts.lines import Line, tint_quantity
from portal.orders.drafts.queries import TaxedLines, own_head, taxed_lines
from portal.orders.numbers import new_pickup_code


def place(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, token: str, shown: str
) -> Placed:
    """Place a draft on account, exactly as it was shown. At most 20 statements, for 200 lines as for one.

    A draft becomes one order, however often and from wherever it is sent: later attempts get that order.

    :param today: the day whose prices and taxes hold, in the seller's calendar.
    :param token: made with the page; the same token with other contents is a mistake.
    :param shown: what the page showed (:mod:`portal.orders.checkout.snapshot`). The server charges its own prices.
    :raises NotFound: if it is not the actor's draft.
    :raises Conflict: ``token_reused``.
    :raises PlacementRefused: if it cannot be ordered as it was shown; the draft stays as it is.
    :raises Rejected: ``empty``, ``terms``, ``po_number``, ``window_full``, ``needs_approval``, ``credit_hold``,
        ``credit_limit``; the draft stays as it is.
    """
    head = own_head(session, actor, draft_id, lock=True)
    if head.draft.state == "placed":
        return placed_before(session, draft_id, token, fingerprint(draft_id, shown))
    if head.draft.state == "discarded":
        raise NotFound
    return place_locked(
        Placement(session=session, head=head, actor=actor, now=now, today=today, token=token, shown=shown)
    )


def place_locked(placement: Placement) -> Placed:
    """Place an open draft whose row is locked already; otherwise as :func:`place`."""
    session, head, actor, now = placement.session, placement.head, placement.actor, placement.now
    refuse_used_token(session, placement.token)
    priced = taxed_lines(session, head, today=placement.today)
    refuse_changes(head, priced.lines, placement.shown)
    refuse_lines(priced.lines)
    store_of(head)
    order = _with_limit(placement, _new_order(placement, priced))
    take_credit(session, company_id=order.company_id, amount_minor=order.total_minor)
    shares = hold_stock(session, head, priced.lines)
    order = _with_promise(placement, order, priced.lines, shares)
    book_its_window(session, order)
    written = write_order(session, order, actor=actor, now=now)
    if written is None:
        raise used_token()
    order_id, number = written
    write_lines(session, order_id, head.company.id, priced.lines, shares, now=now)
    mail_confirmation(session, order, order_id=order_id, number=number, actor=actor, now=now)
    short = sum(1 for line, share in zip(priced.lines, shares, strict=True) if share < line.quantity)
    placed = Placed(order_id, number, order.total_minor, order.currency)
    record_placed(placement.work, order, placed, short)
    return placed


def _new_order(placement: Placement, priced: TaxedLines) -> NewOrder:
    head, actor, lines = placement.head, placement.actor, priced.lines
    return NewOrder(
        head=head,
        token=placement.token,
        fingerprint=fingerprint(head.id, placement.shown),
        po_number=po_number_of(head),
        total_minor=priced.total_minor,
        tax_minor=priced.tax_minor,
        taxed=priced.taxed,
        line_count=len(lines),
        pickup_code=new_pickup_code() if head.draft.fulfilment == "pickup" else None,
        subject_name=actor.acting_for_name or actor.name,
        approver=placement.approver,
    )


def _with_promise(placement: Placement, order: NewOrder, lines: list[Line], shares: list[int]) -> NewOrder:
    """Add what is promised of what could be reserved."""
    promised_at = promise(placement.session, placement.head, lines, shares, placement.now)
    return replace(
        order,
        sold=list(zip(lines, shares, strict=True)),
        promised_at=promised_at,
        tint_quantity=tint_quantity(lines, shares),
    )


def _with_limit(placement: Placement, order: NewOrder) -> NewOrder:
    """Add what the order's person may order alone; refuse more than that without an approver."""
    limits = order_limits(placement.session, placement.actor)
    limit = limits.lowest_minor
    if limit is not None and order.total_minor > limit and order.approver is None:
        raise _needs_approval(limit, order.currency)
    return replace(order, limits=limits)


def _needs_approval(limit_minor: int, currency: str) -> Rejected:
    words = f"Orders above {format_minor(limit_minor, currency)} need" if limit_minor else "Each order needs"
    return Rejected(
        "needs_approval",
        f"{words} the yes of somebody else in the company. Send it for approval.",
        outcome="denied",
    )
