"""Reordering: from any order of the company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.drafts.facts import record_draft
from portal.orders.drafts.refusals import QuantitiesRefused
from portal.orders.drafts.use_cases.drafts import NewDraft, make_room, start_draft, take_current
from portal.orders.drafts.use_cases.lines import put
from portal.orders.drafts.work import Work
from portal.orders.models.drafts import Draft, LeftOut
from portal.orders.quantities import quantity_problem
from portal.orders.reorder.facts import ReorderStarted
from portal.orders.reorder.queries.reorder import OrderedBefore, ordered_before
from portal.orders.reorder.rules import OrderedLine
from portal.orders.reorder.use_cases.lines_today import SortedOut, sort_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder:
    """What a person asks to reorder.

    :ivar quantities: line number → units; None takes all lines as they were.
    :ivar add_to_current: add to the current draft instead of starting another.
    """

    number: str
    quantities: Mapping[int, int | None] | None
    store_id: int | None
    job_id: int | None = None
    add_to_current: bool = False


@dataclass(frozen=True, slots=True)
class Reordered:
    """What became of a reorder."""

    draft: Draft
    taken: int
    left_out: int


def reorder(session: Session, asked: Reorder, *, actor: Actor, now: datetime, today: date) -> Reordered:
    """Put lines of an order into the actor's draft: product, base, sheen and color as they were.

    What can be ordered goes in with what it was last time beside it; what cannot is kept beside the draft with
    the reason. A current draft with lines is parked first, unless its owner chose to add to it. The number of
    statements is the same for 20 lines and for 200.

    :param today: the day whose prices hold, in the seller's calendar.
    :raises NotFound: if the company has no such order.
    :raises QuantitiesRefused: by line number.
    :raises Rejected: ``nothing_to_reorder``, ``nothing_chosen``.
    """
    order = ordered_before(session, actor, asked.number)
    chosen = _chosen(order, asked.quantities)
    lines = sort_out(session, order, chosen, actor.customer_id, today)
    work = _take_draft(session, order, asked, lines.missing, actor=actor, now=now)
    put(work, lines.taken)
    _record_reorder(work, order, lines)
    return Reordered(work.draft, len(lines.taken), len(lines.missing))


def _record_reorder(work: Work, order: OrderedBefore, lines: SortedOut) -> None:
    started = ReorderStarted(
        lines=len(lines.taken),
        changed=sum(1 for item in lines.taken if item.last_time and item.last_time.get("rounded_to")),
        left_out=len(lines.missing),
        number=order.number,
        source="order",
    )
    record_draft(work, started)


def _chosen(
    order: OrderedBefore, quantities: Mapping[int, int | None] | None
) -> list[tuple[OrderedLine, int]]:
    if not order.lines:
        raise Rejected("nothing_to_reorder", "Nothing on this document can be ordered again.")
    if quantities is None:
        return [(line, line.quantity) for line in order.lines]
    problems = {
        number: problem for number, n in quantities.items() if (problem := quantity_problem(n, 1)) is not None
    }
    if problems:
        raise QuantitiesRefused("Some quantities need correcting.", problems)
    chosen = [(line, n) for line in order.lines if (n := quantities.get(line.line_no)) is not None]
    if not chosen:
        raise Rejected("nothing_chosen", "Tick at least one line to order again.")
    return chosen


def _take_draft(
    session: Session,
    order: OrderedBefore,
    asked: Reorder,
    missing: list[LeftOut],
    *,
    actor: Actor,
    now: datetime,
) -> Work:
    """The current draft, or another one that takes its place."""
    if asked.add_to_current:
        work = take_current(session, actor=actor, now=now, store_id=asked.store_id, job_id=asked.job_id)
        work.draft.left_out = [*work.draft.left_out, *missing]
        return work
    make_room(session, actor=actor, now=now)
    new = NewDraft(
        store_id=asked.store_id,
        job_id=asked.job_id,
        name=f"Reorder of {order.number}",
        source_order_id=order.id,
        left_out=missing,
    )
    return start_draft(session, new, actor=actor, now=now)
