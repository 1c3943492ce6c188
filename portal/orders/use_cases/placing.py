"""Placing an order on account: everything is committed together, or nothing is.

Locks are always taken in the same order (draft, credit, stock by variant, pickup window), so that orders wait
for each other and never in a circle. Nothing slow or foreign happens while they are held: the mail is a row
and a job, sent after the commit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.taxing import Taxed
from portal.billing.use_cases import take_credit
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.orders import shown as showing
from portal.orders.lines import Line, share_out, tax_of, tint_quantity, total_of, wanted_by_variant
from portal.orders.models import Order
from portal.orders.numbers import new_pickup_code
from portal.orders.queries.drafts import DraftHead, add_tax, own_head, priced_lines
from portal.orders.queries.promises import queues, ready_time
from portal.orders.shown import Terms
from portal.orders.terms import delivered_by, delivery_problem, po_of, po_problem
from portal.orders.use_cases.confirming import confirm
from portal.orders.use_cases.draft_facts import note
from portal.orders.use_cases.order_rows import NewOrder, write_lines, write_order
from portal.stores.queries import schedules
from portal.stores.use_cases import book_window, reserve


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
    :param shown: what the page showed (:mod:`portal.orders.shown`). The server charges its own prices.
    :raises NotFound: when it is not the actor's draft.
    :raises Conflict: ``token_reused``.
    :raises Rejected: ``empty``, ``lines``, ``changed``, ``terms``, ``po_number``, ``window_full``,
        ``credit_hold``, ``credit_limit``, ``out_of_stock``; the draft stays as it is.
    """
    mark = showing.fingerprint(draft_id, shown)
    head = own_head(session, actor, draft_id, lock=True)
    if head.draft.state == "placed":
        return _placed_before(session, draft_id, token, mark)
    if head.draft.state == "discarded":
        raise NotFound
    _refuse_used_token(session, token)
    lines = priced_lines(session, company_id=head.company.id, draft_id=draft_id, today=today)
    taxed = add_tax(session, head, lines, today=today)
    _refuse_changes(head, lines, shown)
    _refuse_lines(lines)
    order = _order(session, head, lines, taxed, actor=actor, now=now, token=token, mark=mark)
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
    _record(session, order, order_id, number, short, actor=actor, now=now)
    return Placed(order_id, number, order.total_minor, order.currency)


def terms_of(head: DraftHead) -> Terms:
    """How the draft is to be collected or delivered."""
    draft = head.draft
    if draft.fulfilment == "pickup":
        return Terms("pickup", draft.store_id, draft.window_start, None, None)
    return Terms("delivery", draft.store_id, None, draft.address_id, draft.delivery_date)


def _placed_before(session: Session, draft_id: int, token: str, mark: str) -> Placed:
    order = session.execute(
        select(
            Order.id, Order.number, Order.total_minor, Order.currency,
            Order.placement_token, Order.placement_fingerprint,
        ).where(Order.draft_id == draft_id)
    ).one_or_none()  # fmt: skip
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


def _refuse_lines(lines: list[Line]) -> None:
    if not lines:
        raise Rejected("empty", "There is nothing in this draft to order.")
    problems = [showing.Change(line.id, f"{line.name}: {line.problem}") for line in lines if line.problem]
    if problems:
        words = "One line" if len(problems) == 1 else f"{len(problems)} lines"
        raise Rejected(
            "lines", f"{words} cannot be ordered. Change the draft, then place it.", details=problems
        )


def _refuse_changes(head: DraftHead, lines: list[Line], shown: str) -> None:
    found = showing.changes(shown, terms_of(head), lines, head.company.currency)
    if found:
        raise Rejected(
            "changed",
            "Something changed since this page was shown. Nothing was ordered yet.",
            outcome="conflict",
            details=found,
        )


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
    draft, job = head.draft, head.job
    po_number = po_of(head.company.po_mode, draft.po_number, job.po_number if job else None)
    problem = po_problem(head.company.po_mode, po_number, job is not None)
    if problem:
        raise Rejected("po_number", problem[1], field=problem[0])
    order = NewOrder(
        head=head,
        token=token,
        fingerprint=mark,
        po_number=po_number,
        total_minor=total_of(lines) + tax_of(lines),
        tax_minor=tax_of(lines),
        taxed=taxed,
        line_count=len(lines),
        tint_quantity=tint_quantity(lines),
        pickup_code=new_pickup_code() if draft.fulfilment == "pickup" else None,
        subject_name=actor.acting_for_name or actor.name,
    )
    return replace(order, promised_at=_promise(session, head, order, now))


def _promise(session: Session, head: DraftHead, order: NewOrder, now: datetime) -> datetime | None:
    """When it is ready or delivered; refuses what cannot be promised any more."""
    draft, store = head.draft, head.store
    if store is None:
        raise Rejected("terms", "Choose the store first.", field="store_id")
    if draft.fulfilment == "delivery":
        problem = delivery_problem(draft.delivery_date, local(now, store.time_zone).date())
        if problem or head.address is None or draft.delivery_date is None:
            raise Rejected("terms", problem or "Choose the address of delivery.", field="delivery_date")
        return delivered_by(draft.delivery_date, store.time_zone)
    schedule = schedules(session, [store.id], since=(now - timedelta(days=2)).date())[store.id]
    queue = queues(session, [store.id])[store.id]
    ready = ready_time(store, schedule, queue, now=now, to_tint=order.tint_quantity)
    if draft.window_start is None:
        return ready
    open_hours = schedule.span(schedule.local_day(draft.window_start))
    if open_hours is None or not open_hours.opens <= draft.window_start < open_hours.closes:
        raise Rejected(
            "window_closed",
            f"{store.name} is closed at that pickup time now. Choose another one.",
            field="window",
            outcome="conflict",
        )
    if draft.window_start < now or (ready is not None and draft.window_end and ready > draft.window_end):
        raise Rejected(
            "window_passed",
            "Your order cannot be ready for that pickup time any more. Choose another one.",
            field="window",
            outcome="conflict",
        )
    return max(ready, draft.window_start) if ready else draft.window_start


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
    note(
        session, "checkout_step_completed", actor=actor, now=now, draft=draft,
        key=f"checkout_step_completed:{draft.id}:review",
        step="review", fulfilment=draft.fulfilment, lines=order.line_count,
    )  # fmt: skip
    note(
        session, "order_completed", actor=actor, now=now, draft=draft, key=f"order_completed:{number}",
        order_id=order_id, value_minor=order.total_minor, currency=order.currency,
        number=number, lines=order.line_count, fulfilment=draft.fulfilment, to_state="placed",
        po_given=bool(order.po_number), job_id=draft.job_id, source_order_id=draft.source_order_id,
        backordered=short_lines, draft_id=draft.id,
    )  # fmt: skip
