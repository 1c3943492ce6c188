"""One order with all that its page shows, in three statements however many lines it has."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.accounts.sight import company_condition, store_condition
from portal.billing.models.payments import Payment
from portal.catalog.models import Variant
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.orders.tracking.detail import DetailEvent, DetailLine, OrderDetail
from portal.orders.tracking.head import OrderHead
from portal.stores.models import Store
from portal.touchpoints.interaction import note_shown

# Read as plain rows of their tables, without the object mapper's steps for each of them.
_ORDER, _LINE, _EVENT = Order.__table__, OrderLine.__table__, OrderEvent.__table__
_STORE, _VARIANT = Store.__table__, Variant.__table__


def _columns_of(table: FromClause, shape: type) -> list[ColumnElement[Any]]:
    """The table's columns among the fields of a dataclass, in their order."""
    return [table.c[each.name] for each in fields(shape) if each.name in table.c]


def _unused(of_draft: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is unapplied of the payments that name the order's draft in this column."""
    return (
        select(func.coalesce(func.sum(Payment.unapplied_minor), 0))
        .where(of_draft == _ORDER.c.draft_id, Payment.company_id == _ORDER.c.company_id)
        .where(Payment.unapplied_minor > 0)
        .correlate(_ORDER)
        .scalar_subquery()
    )


_PERSON = User.__table__
_RENAMED = (
    select(_PERSON.c.email)
    .where(
        _PERSON.c.id == func.coalesce(_ORDER.c.subject_user_id, _ORDER.c.placed_by_user_id),
        _PERSON.c.name != func.coalesce(func.nullif(_ORDER.c.subject_name, ""), _ORDER.c.placed_by_name),
    )
    .correlate(_ORDER)
    .scalar_subquery()
)
# In the order of OrderHead's fields.
HEAD_COLUMNS: tuple[Any, ...] = (
    *_columns_of(_ORDER, OrderHead),
    *(
        _STORE.c[name]
        for name in ("code", "name", "line1", "city", "region", "postcode", "phone", "time_zone")
    ),
    Company.name,
    _unused(Payment.__table__.c.draft_id).label("ahead_minor"),
    _unused(Payment.__table__.c.ended_draft_id).label("ended_ahead_minor"),
    _RENAMED.label("ordered_by_email"),
)
# Built once: putting sixty columns together costs more than sending the statement.
_HEAD: Select[Any] = (
    select(*HEAD_COLUMNS)
    .join_from(_ORDER, _STORE, _STORE.c.id == _ORDER.c.store_id, isouter=True)
    .join(Company, Company.id == _ORDER.c.company_id)
    .where(_ORDER.c.number == bindparam("number"))
)
_HEAD_OF_COMPANY = _HEAD.where(_ORDER.c.company_id == bindparam("company"))
_LINES: Select[Any] = (
    select(*_columns_of(_LINE, DetailLine))
    .where(_LINE.c.order_id == bindparam("order_id"))
    .order_by(_LINE.c.line_no)
)
_LINES_WITH_BASE: Select[Any] = _LINES.add_columns(_VARIANT.c.tint_base).join(
    _VARIANT, _VARIANT.c.id == _LINE.c.variant_id, isouter=True
)
_EVENTS: Select[Any] = (
    select(*_columns_of(_EVENT, DetailEvent))
    .where(_EVENT.c.order_id == bindparam("order_id"))
    .order_by(_EVENT.c.id.desc())
)


def order_for(session: Session, actor: Actor, number: str) -> OrderDetail:
    """The order of the actor's company.

    :raises NotFound: when the company has no such order.
    """
    return _load(session, _HEAD_OF_COMPANY, _LINES, {"number": number, "company": actor.customer_id})


def order_at_store(session: Session, actor: Actor, number: str) -> OrderDetail:
    """The order as the counter sees it: of the associate's own store; an administrator sees every store's.

    Its lines also carry the base to tint.

    :raises NotFound: when the store has no such order.
    """
    at_store = _HEAD.where(store_condition(actor, Order.store_id))
    return _load(session, at_store, _LINES_WITH_BASE, {"number": number})


def order_for_staff(session: Session, actor: Actor, number: str) -> OrderDetail:
    """The order as support reads it; a rep reads those of their assigned companies.

    :raises NotFound: when there is no such order in the actor's sight.
    """
    in_sight = _HEAD.where(company_condition(actor, Order.company_id))
    return _load(session, in_sight, _LINES, {"number": number})


def _load(
    session: Session, head: Select[Any], lines: Select[Any], wanted: dict[str, str | int]
) -> OrderDetail:
    found = session.execute(head, wanted).one_or_none()
    if found is None:
        raise NotFound
    of_order = {"order_id": found.id}
    rows = [DetailLine(*row) for row in session.execute(lines, of_order)]
    events = [DetailEvent(*row) for row in session.execute(_EVENTS, of_order)]
    values: list[Any] = [*found, rows, events]  # in the order of the fields
    detail = OrderDetail(*values)
    note_shown(session, detail.company_id)
    return detail
