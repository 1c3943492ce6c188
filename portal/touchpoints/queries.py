"""Reading the log: what happened around a company or an order, newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from portal.foundation.clock import from_microseconds
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.touchpoints.kind import Props
from portal.touchpoints.kinds import kinds
from portal.touchpoints.models import Touchpoint

STAFF_ROLES = ("sales_rep", "support_agent", "store_staff", "administrator")
# Rows whose properties are wrong and that no later row has voided; samples of browsers aside.
INVALID = """
select t.event_id::text, t.name, t.invalid_reason from touchpoint t
 where not t.valid and t.source <> 'portal_client'
   and not exists (select from touchpoint v where v.voids_event_id = t.event_id)
"""
_COLUMNS = (
    Touchpoint.event_id,
    Touchpoint.occurred_us,
    Touchpoint.name,
    Touchpoint.channel,
    Touchpoint.outcome,
    Touchpoint.error_code,
    Touchpoint.props,
    Touchpoint.actor_id,
    Touchpoint.actor_role,
    Touchpoint.subject_user_id,
    Touchpoint.on_behalf,
    Touchpoint.delegation_id,
    Touchpoint.account_id,
    Touchpoint.store_id,
    Touchpoint.order_id,
    Touchpoint.draft_id,
    Touchpoint.variant_id,
    Touchpoint.value_minor,
    Touchpoint.currency,
)


@dataclass(frozen=True)
class Entry:
    """One touchpoint as a timeline shows it. Names of people and orders are looked up by the page."""

    event_id: UUID
    occurred_us: int
    name: str
    channel: str
    outcome: str
    error_code: str | None
    props: Props
    actor_id: int | None
    actor_role: str
    subject_user_id: int | None
    on_behalf: bool
    delegation_id: int | None
    account_id: int | None
    store_id: int | None
    order_id: int | None
    draft_id: int | None
    variant_id: int | None
    value_minor: int | None
    currency: str | None

    @property
    def at(self) -> datetime:
        """When it happened."""
        return from_microseconds(self.occurred_us)

    @property
    def says(self) -> str:
        """What happened, in plain words."""
        kind = kinds().get(self.name)
        return kind.says if kind else self.name.replace("_", " ").capitalize()

    @property
    def stage(self) -> str:
        """Stage of the journey; fixed per name."""
        kind = kinds().get(self.name)
        return kind.stage if kind else ""


def timeline(
    session: Session,
    *,
    account_id: int | None = None,
    order_id: int | None = None,
    cursor: str | None = None,
    limit: int = 30,
    names: Collection[str] | None = None,
    by_others: bool = False,
) -> Page[Entry]:
    """Touchpoints of a company or of an order, newest first; one statement, the same for any number of rows.

    :param names: only these kinds; ``by_others``: only what the seller's people did, for the company or in its name.
    :raises ValueError: when neither a company nor an order is given.
    """
    if account_id is order_id is None:
        raise ValueError("a timeline is of a company or of an order")
    query = _matching(account_id, order_id, names, by_others=by_others)
    if (after := decode_cursor(cursor, int, UUID)) is not None:
        query = query.where(tuple_(Touchpoint.occurred_us, Touchpoint.event_id) < after)
    rows = [Entry(**row) for row in session.execute(query.limit(limit + 1)).mappings()]
    return Page(rows[:limit], next_cursor=_cursor(rows[limit - 1]) if len(rows) > limit else None)


def _cursor(last: Entry) -> str:
    return encode_cursor(last.occurred_us, str(last.event_id))


def _matching(
    account_id: int | None, order_id: int | None, names: Collection[str] | None, *, by_others: bool
) -> Select[*tuple[Any, ...]]:
    query = select(*_COLUMNS).order_by(Touchpoint.occurred_us.desc(), Touchpoint.event_id.desc())
    if account_id is not None:
        query = query.where(Touchpoint.account_id == account_id)
    if order_id is not None:
        query = query.where(Touchpoint.order_id == order_id)
    if names is not None:
        query = query.where(Touchpoint.name.in_(sorted(names)))
    if by_others:
        query = query.where(Touchpoint.actor_role.in_(STAFF_ROLES))
    return query
