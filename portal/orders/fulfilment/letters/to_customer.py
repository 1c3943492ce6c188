"""Queues a mail about an order with the event it announces; the worker sends it.

It goes to the person the order was placed for. An order without one (imported) sends none.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.mail import Letter, Mail, send
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order
from portal.stores.models import Store


def mail_customer(
    session: Session, order: Order, event: OrderEvent, write: Callable[[Store | None], Letter]
) -> None:
    """Mail what ``write`` makes of the order's store; nobody, if nobody of the company reads it."""
    person_id = order.subject_user_id or order.placed_by_user_id
    person = session.get(User, person_id) if person_id else None
    if person is None or not person.is_customer or person.disabled_at is not None:
        return
    letter = write(session.scalars(select(Store).where(Store.id == order.store_id)).one_or_none())
    send(
        session,
        Mail(
            key=f"{letter.kind}:{order.number}:{event.id}",
            letter=letter,
            to=person,
            company_id=order.company_id,
            order_id=order.id,
        ),
    )
