"""A draft that becomes an order, and the order that it became."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.checkout.facts import CheckoutStepCompleted, OrderCompleted
from portal.orders.checkout.new_order import NewOrder
from portal.orders.drafts.facts import record_draft
from portal.orders.drafts.queries import DraftHead
from portal.orders.drafts.work import Work


@dataclass(frozen=True, slots=True)
class Placed:
    """The order that a draft became. ``repeated``: it had been placed before, nothing new was done."""

    order_id: int
    number: str
    total_minor: int
    currency: str
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """An open draft that is about to become an order; its row is locked already.

    :ivar actor: whose order it is.
    :ivar today: the day whose prices and taxes hold, in the seller's calendar.
    :ivar approver: who approves it, if it is above what its person may order alone.
    """

    session: Session
    head: DraftHead
    actor: Actor
    now: datetime
    today: date
    token: str
    shown: str
    approver: Actor | None = None

    @property
    def work(self) -> Work:
        """The draft, in the name of who pressed the button."""
        return Work(self.session, self.head.draft, self.approver or self.actor, self.now)


def record_placed(work: Work, order: NewOrder, placed: Placed, short_lines: int) -> None:
    """Record that the review was left by placing, and the order itself."""
    _record_reviewed(work, order)
    draft = work.draft
    completed = OrderCompleted(
        number=placed.number,
        lines=order.line_count,
        fulfilment=draft.fulfilment,
        to_state="placed",
        po_given=bool(order.po_number),
        job_id=draft.job_id,
        source_order_id=draft.source_order_id,
        backordered=short_lines,
        draft_id=draft.id,
    )
    record_draft(
        work,
        completed,
        key=f"order_completed:{placed.number}",
        order_id=placed.order_id,
        value_minor=placed.total_minor,
        currency=placed.currency,
    )


def _record_reviewed(work: Work, order: NewOrder) -> None:
    draft = work.draft
    reviewed = CheckoutStepCompleted(step="review", fulfilment=draft.fulfilment, lines=order.line_count)
    record_draft(work, reviewed, key=f"checkout_step_completed:{draft.id}:review")
