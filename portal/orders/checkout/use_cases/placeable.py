"""What keeps a draft from being ordered as it was shown: asked before it is placed, and before an approver is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.foundation.clock import local
from portal.foundation.errors import Rejected
from portal.orders.checkout.changes import Change, changes_since
from portal.orders.checkout.queries.promises import queues, ready_time, work_of
from portal.orders.checkout.refusals import DraftChanged, LinesRefused
from portal.orders.checkout.snapshot import terms_of
from portal.orders.checkout.terms import po_of, po_problem
from portal.orders.drafts.lines import Line
from portal.orders.drafts.queries import DraftHead
from portal.orders.models.drafts import Draft
from portal.stores.hours.delivery_days import delivered_by, delivery_problem
from portal.stores.hours.opening import Schedule
from portal.stores.hours.queries import schedules
from portal.stores.models import Store


def refuse_lines(lines: list[Line]) -> None:
    """Refuse a draft with nothing in it or with lines that cannot be ordered.

    :raises LinesRefused: if one of them cannot be ordered.
    :raises Rejected: ``empty``.
    """
    if not lines:
        raise Rejected("empty", "There is nothing in this draft to order.")
    problems = [Change(line.id, f"{line.name}: {line.problem}") for line in lines if line.problem]
    if problems:
        raise LinesRefused(problems)


def refuse_changes(head: DraftHead, lines: list[Line], shown: str) -> None:
    """Refuse what differs from what was shown.

    :raises DraftChanged: with the differences.
    """
    found = changes_since(shown, terms_of(head), lines, head.company.currency)
    if found:
        raise DraftChanged(found)


def po_number_of(head: DraftHead) -> str:
    """The PO number that the order carries.

    :raises Rejected: ``po_number`` if the company's rule is not met.
    """
    draft, job = head.draft, head.job
    po_number = po_of(head.company.po_mode, draft.po_number, job.po_number if job else None)
    problem = po_problem(head.company.po_mode, po_number, job is not None)
    if problem:
        raise Rejected("po_number", problem[1], field=problem[0])
    return po_number


def store_of(head: DraftHead) -> Store:
    """The store that the order goes to.

    :raises Rejected: ``terms`` if none was chosen.
    """
    if head.store is None:
        raise Rejected("terms", "Choose the store first.", field="store_id")
    return head.store


def promise(
    session: Session, head: DraftHead, lines: list[Line], shares: list[int], now: datetime
) -> datetime | None:
    """When the part that is there is ready or delivered; None if nothing is there, or the store keeps no hours.

    :param shares: how many of each line are there.
    :raises Rejected: ``terms``, ``nothing_there``, ``window_closed``, ``window_passed`` if what was chosen cannot be
        promised.
    """
    draft, store, work = head.draft, store_of(head), work_of(lines, shares)
    if work.is_none:
        _refuse_time(draft, store)
        return None
    schedule = schedules(session, [store.id], since=(now - timedelta(days=2)).date())[store.id]
    if draft.fulfilment == "delivery":
        return _promise_delivery(head, store, schedule, now)
    queue = queues(session, [store.id])[store.id]
    ready = ready_time(store, schedule, queue, now=now, work=work)
    if draft.window_start is None:
        return ready
    _refuse_closed(schedule, draft.window_start, store)
    _refuse_passed(draft, draft.window_start, ready, now)
    return max(ready, draft.window_start) if ready else draft.window_start


def _refuse_time(draft: Draft, store: Store) -> None:
    """Nothing is promised of goods that are not there, also if they were there when the time was chosen."""
    delivery = draft.fulfilment == "delivery"
    if (draft.delivery_date if delivery else draft.window_start) is not None:
        raise Rejected(
            "nothing_there",
            f"{store.name} has nothing left of this order, so no time can be promised. Order it for when it has "
            "come in, or choose another store.",
            field="delivery_date" if delivery else "window",
            outcome="conflict",
        )


def _promise_delivery(head: DraftHead, store: Store, schedule: Schedule, now: datetime) -> datetime:
    day = head.draft.delivery_date
    problem = delivery_problem(schedule, day, local(now, store.time_zone).date(), store.name)
    if problem or head.address is None or day is None:
        raise Rejected("terms", problem or "Choose the address of delivery.", field="delivery_date")
    return delivered_by(schedule, day)


def _refuse_closed(schedule: Schedule, starts_at: datetime, store: Store) -> None:
    open_hours = schedule.span(schedule.local_day(starts_at))
    if open_hours is None or not open_hours.opens <= starts_at < open_hours.closes:
        raise Rejected(
            "window_closed",
            f"{store.name} is closed at that pickup time now. Choose another one.",
            field="window",
            outcome="conflict",
        )


def _refuse_passed(draft: Draft, starts_at: datetime, ready: datetime | None, now: datetime) -> None:
    if starts_at < now or (ready is not None and draft.window_end and ready > draft.window_end):
        raise Rejected(
            "window_passed",
            "Your order can no longer be ready for that pickup time. Choose another one.",
            field="window",
            outcome="conflict",
        )
