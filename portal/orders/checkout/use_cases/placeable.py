"""What keeps a draft from being ordered as it was shown: asked before it is placed, and before somebody is asked to
approve it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.foundation.clock import local
from portal.foundation.errors import Rejected
from portal.orders.checkout import shown as showing
from portal.orders.checkout.queries.promises import queues, ready_time
from portal.orders.checkout.shown import Terms
from portal.orders.checkout.terms import delivered_by, delivery_problem, po_of, po_problem
from portal.orders.drafts.lines import Line, tint_quantity
from portal.orders.drafts.queries import DraftHead
from portal.stores.hours.queries import schedules


def terms_of(head: DraftHead) -> Terms:
    """How the draft is to be collected or delivered."""
    draft = head.draft
    if draft.fulfilment == "pickup":
        return Terms("pickup", draft.store_id, draft.window_start, None, None)
    return Terms("delivery", draft.store_id, None, draft.address_id, draft.delivery_date)


def refuse_lines(lines: list[Line]) -> None:
    """:raises Rejected: ``empty``; ``lines`` when one of them cannot be ordered."""
    if not lines:
        raise Rejected("empty", "There is nothing in this draft to order.")
    problems = [showing.Change(line.id, f"{line.name}: {line.problem}") for line in lines if line.problem]
    if problems:
        words = "One line" if len(problems) == 1 else f"{len(problems)} lines"
        raise Rejected(
            "lines", f"{words} cannot be ordered. Change the draft, then place it.", details=problems
        )


def refuse_changes(head: DraftHead, lines: list[Line], shown: str) -> None:
    """:raises Rejected: ``changed`` when it is not what was shown any more."""
    found = showing.changes(shown, terms_of(head), lines, head.company.currency)
    if found:
        raise Rejected(
            "changed",
            "Something changed since this page was shown. Nothing was ordered yet.",
            outcome="conflict",
            details=found,
        )


def po_number_of(head: DraftHead) -> str:
    """The PO number that the order carries.

    :raises Rejected: ``po_number`` when the company's rule is not met.
    """
    draft, job = head.draft, head.job
    po_number = po_of(head.company.po_mode, draft.po_number, job.po_number if job else None)
    problem = po_problem(head.company.po_mode, po_number, job is not None)
    if problem:
        raise Rejected("po_number", problem[1], field=problem[0])
    return po_number


def promise(session: Session, head: DraftHead, lines: list[Line], now: datetime) -> datetime | None:
    """When it is ready or delivered.

    :raises Rejected: ``terms``, ``window_closed``, ``window_passed`` when nothing can be promised as it was chosen.
    """
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
    ready = ready_time(store, schedule, queue, now=now, to_tint=tint_quantity(lines))
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
