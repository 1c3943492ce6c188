"""Placing an order on account: everything is committed together, or nothing is.

Locks are always taken in the same order (draft, credit, stock by variant, pickup window), so that orders wait
for each other and never in a circle. Nothing slow or foreign happens while they are held: the mail is a row
and a job, sent after the commit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.limits.queries import order_limit
from portal.billing.credit.use_cases import take_credit
from portal.billing.tax.rules import Taxed
from portal.foundation.actor import Actor
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.foundation.money import format_minor
from portal.orders.checkout import shown as showing
from portal.orders.checkout.facts import CheckoutStepCompleted, OrderCompleted
from portal.orders.checkout.letters import confirm
from portal.orders.checkout.new_order import NewOrder
from portal.orders.checkout.use_cases.order_rows import write_lines, write_order
from portal.orders.checkout.use_cases.placeable import po_number_of, promise, refuse_changes, refuse_lines
from portal.orders.drafts.facts import record_draft
from portal.orders.drafts.lines import Line, share_out, tax_of, tint_quantity, total_of, wanted_by_variant
from portal.orders.drafts.queries import DraftHead, add_tax, own_head, priced_lines
from portal.orders.models.orders import Order
from portal.orders.numbers import new_pickup_code
from portal.stores.stock.use_cases import reserve
from portal.stores.windows.use_cases import book_window


@dataclass(frozen=True, slots=True)
class Placed:
    """The order that a draft became. ``again``: it had been placed before, nothing new was done."""

    order_id: int
    number: str
    total_minor: int
    currency: str
    again: bool = False


def place(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, token: str, shown: str
) -> Placed:
    """Place a draft on account, exactly as it was shown. At most 20 statements, for 200 lines as for one.

    A draft becomes one order, however often and from wherever it is sent: later attempts get that order.

    :param today: the day whose prices and taxes hold, in the seller's calendar.
    :param token: made with the page; the same token with other contents is a mistake.
    :param shown: what the page showed (:mod:`portal.orders.checkout.shown`). The server charges its own prices.
    :raises NotFound: when it is not the actor's draft.
    :raises Conflict: ``token_reused``.
    :raises Rejected: ``empty``, ``lines``, ``changed``, ``terms``, ``po_number``, ``window_full``,
        ``needs_approval``, ``credit_hold``, ``credit_limit``, ``out_of_stock``; the draft stays as it is.
    """
    mark = showing.fingerprint(draft_id, shown)
    head = own_head(session, actor, draft_id, lock=True)
    if head.draft.state == "placed":
        return _placed_before(session, draft_id, token, mark)
    if head.draft.state == "discarded":
        raise NotFound
    return place_held(session, head, actor=actor, now=now, today=today, token=token, shown=shown)


def place_held(
    session: Session,
    head: DraftHead,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    token: str,
    shown: str,
    approver: Actor | None = None,
) -> Placed:
    """Place an open draft whose row is held already; otherwise as :func:`place`.

    :param actor: whose order it is.
    :param approver: who says yes to it, when it is above what its person may order alone.
    """
    _refuse_used_token(session, token)
    lines = priced_lines(session, company_id=head.company.id, draft_id=head.id, today=today)
    taxed = add_tax(session, head, lines, today=today)
    refuse_changes(head, lines, shown)
    refuse_lines(lines)
    mark = showing.fingerprint(head.id, shown)
    order = _order(session, head, lines, taxed, actor=actor, now=now, token=token, mark=mark)
    order = replace(order, limit_minor=_limit(session, order, actor, approver), approver=approver)
    take_credit(session, company_id=order.company_id, amount_minor=order.total_minor)
    shares = _hold_stock(session, head, lines)
    if order.window_start is not None and head.store is not None:
        book_window(
            session,
            store_id=order.store_id,
            starts_at=order.window_start,
            capacity=head.store.window_capacity,
        )
    written = write_order(session, order, actor=actor, now=now)
    if written is None:
        raise _used_token()
    order_id, number = written
    write_lines(session, order_id, head.company.id, lines, shares, now=now)
    confirm(session, order, order_id=order_id, number=number, actor=actor, now=now)
    short = sum(1 for line, share in zip(lines, shares, strict=True) if share < line.quantity)
    _record(session, order, order_id, number, short, actor=approver or actor, now=now)
    return Placed(order_id, number, order.total_minor, order.currency)


def _placed_before(session: Session, draft_id: int, token: str, mark: str) -> Placed:
    order = session.execute(
        select(
            Order.id,
            Order.number,
            Order.total_minor,
            Order.currency,
            Order.placement_token,
            Order.placement_fingerprint,
        ).where(Order.draft_id == draft_id)
    ).one_or_none()
    if order is None:
        raise NotFound
    if order.placement_token == token and order.placement_fingerprint != mark:
        raise Conflict(
            "token_reused", f"This form was sent before with other contents: see order {order.number}."
        )
    return Placed(order.id, order.number, order.total_minor, order.currency, again=True)


def _refuse_used_token(session: Session, token: str) -> None:
    """Before anything is locked: the insert itself would wait for whoever works on the token's order at that moment,
    while they wait for credit or stock that this placement holds."""
    if session.scalar(select(Order.id).where(Order.placement_token == token)) is not None:
        raise _used_token()


def _used_token() -> Conflict:
    return Conflict("token_reused", "This form was used for another order already. Open the draft again.")


def _order(
    session: Session,
    head: DraftHead,
    lines: list[Line],
    taxed: Taxed,
    *,
    actor: Actor,
    now: datetime,
    token: str,
    mark: str,
) -> NewOrder:
    draft = head.draft
    return NewOrder(
        head=head,
        token=token,
        fingerprint=mark,
        po_number=po_number_of(head),
        total_minor=total_of(lines) + tax_of(lines),
        tax_minor=tax_of(lines),
        taxed=taxed,
        line_count=len(lines),
        tint_quantity=tint_quantity(lines),
        pickup_code=new_pickup_code() if draft.fulfilment == "pickup" else None,
        subject_name=actor.acting_for_name or actor.name,
        promised_at=promise(session, head, lines, now),
    )


def _limit(session: Session, order: NewOrder, actor: Actor, approver: Actor | None) -> int | None:
    """What the order's person may order alone; refuses more than that without another person's yes."""
    limit = order_limit(session, company_id=order.company_id, user_id=actor.subject_user_id)
    if limit is not None and order.total_minor > limit and approver is None:
        raise needs_approval(limit, order.currency)
    return limit


def needs_approval(limit_minor: int, currency: str) -> Rejected:
    """The refusal of an order that somebody else has to approve first."""
    words = f"Orders above {format_minor(limit_minor, currency)} need" if limit_minor else "Each order needs"
    return Rejected(
        "needs_approval",
        f"{words} the yes of somebody else in the company. Send it for approval.",
        outcome="denied",
    )


def _hold_stock(session: Session, head: DraftHead, lines: list[Line]) -> list[int]:
    """Reserve; returns what each line got. Short lines wait when the draft allows it."""
    draft = head.draft
    wants = wanted_by_variant(lines)
    store_id = draft.store_id or 0
    short = reserve(session, store_id=store_id, wants=wants, partial=draft.allow_backorder)
    held = {**wants, **short}
    shares = share_out(lines, held)
    if short and not draft.allow_backorder:
        details = [
            showing.Change(line.id, f"{line.name}: {_only(share)} of {line.quantity:,}.")
            for line, share in zip(lines, shares, strict=True)
            if share < line.quantity
        ]
        name = head.store.name if head.store else "the store"
        message = f"{name} does not have everything any more. Nothing was ordered yet."
        raise Rejected("out_of_stock", message, outcome="out_of_stock", details=details)
    return shares


def _only(share: int) -> str:
    return f"only {share:,}" if share else "none"


def _record(
    session: Session,
    order: NewOrder,
    order_id: int,
    number: str,
    short_lines: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    draft = order.head.draft
    record_draft(
        session,
        CheckoutStepCompleted(step="review", fulfilment=draft.fulfilment, lines=order.line_count),
        actor=actor,
        now=now,
        draft=draft,
        key=f"checkout_step_completed:{draft.id}:review",
    )
    record_draft(
        session,
        OrderCompleted(
            number=number,
            lines=order.line_count,
            fulfilment=draft.fulfilment,
            to_state="placed",
            po_given=bool(order.po_number),
            job_id=draft.job_id,
            source_order_id=draft.source_order_id,
            backordered=short_lines,
            draft_id=draft.id,
        ),
        actor=actor,
        now=now,
        draft=draft,
        key=f"order_completed:{number}",
        order_id=order_id,
        value_minor=order.total_minor,
        currency=order.currency,
    )
