"""A placement is made once: the same form sent again gets the order that it made."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.foundation.errors import Conflict, NotFound
from portal.orders.checkout.use_cases.placed import Placed
from portal.orders.models.orders import Order


def placed_before(session: Session, draft_id: int, token: str, mark: str) -> Placed:
    """The order that the draft became.

    :raises NotFound: if there is none.
    :raises Conflict: ``token_reused`` if the same token came with other contents.
    """
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
    return Placed(order.id, order.number, order.total_minor, order.currency, repeated=True)


def refuse_used_token(session: Session, token: str) -> None:
    """Before credit or stock is locked: the insert itself would wait for a transaction that works on the token's order,
    while that one waits for credit or stock that this placement holds: a deadlock."""
    if session.scalar(select(Order.id).where(Order.placement_token == token)) is not None:
        raise used_token()


def used_token() -> Conflict:
    """The refusal of a form that made another order."""
    return Conflict("token_reused", "This form was used for another order already. Open the draft again.")
