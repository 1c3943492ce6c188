"""A draft that credit does not cover is split in two: what fits stays, the rest is parked; and put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.catalog.models import Variant
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import ListSaved, record_draft
from portal.orders.drafts.use_cases.drafts import MAX_NAME
from portal.orders.drafts.work import Work, take
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.quantities import MAX_LINES, MAX_QUANTITY, pack_words

# The rest is collected or delivered another time, so times are not taken over.
REST = text("""
insert into draft (company_id, owner_user_id, subject_user_id, delegation_id, name, state, source_order_id, fulfilment,
                   store_id, pickup_person, pickup_phone, address_id, po_number, job_id, note, allow_backorder,
                   split_from_id, created_at, updated_at)
select company_id, owner_user_id, subject_user_id, delegation_id, :name, 'parked', source_order_id, fulfilment,
       store_id, pickup_person, pickup_phone, address_id, po_number, job_id, note, allow_backorder,
       id, :now, :now
  from draft where id = :draft
returning id
""")
# Lines that go as a whole keep their id and place; of the others the rest becomes a line of its own.
MOVE = text("""
with w as (select * from unnest(cast(:ids as bigint[]), cast(:units as int[])) as w(id, units)),
moved as (update draft_line l set draft_id = :rest from w where l.id = w.id and l.draft_id = :draft and w.units = 0),
rest as (
  insert into draft_line (draft_id, company_id, position, variant_id, quantity, colour_number, last_time)
  select :rest, l.company_id, l.position, l.variant_id, l.quantity - w.units, l.colour_number, l.last_time
    from draft_line l join w on w.id = l.id
   where l.draft_id = :draft and w.units > 0 and w.units < l.quantity)
update draft_line l set quantity = w.units from w
 where l.id = w.id and l.draft_id = :draft and w.units > 0 and w.units < l.quantity
""")
BACK = text("""
insert into draft_line (draft_id, company_id, position, variant_id, quantity, colour_number, last_time)
select :draft, company_id, position, variant_id, quantity, colour_number, last_time
  from draft_line where draft_id = :rest
on conflict (draft_id, variant_id, colour_number) do update
   set quantity = draft_line.quantity + excluded.quantity,
       last_time = coalesce(draft_line.last_time, excluded.last_time)
returning quantity
""")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the draft as it is before."""

    id: int
    quantity: int
    name: str
    pack_size: int


def split(session: Session, *, actor: Actor, now: datetime, draft_id: int, keep: Mapping[int, int]) -> Draft:
    """Keep some units of each line in the draft and park the rest as a draft of its own, which is returned.
    Nothing is lost: the quantities of both add up.

    :param keep: line id → units that stay; every line of the draft is named.
    :raises NotFound: if it is not the actor's open draft.
    :raises Rejected: ``changed`` if the draft is not what was looked at; ``packs``; ``nothing`` if one half would be
        empty.
    """
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    rows = _rows(work)
    _refuse_split(rows, keep)
    rest = _park_rest(work, keep)
    work.touch()
    later = sum(1 for row in rows if keep[row.id] < row.quantity)
    record_draft(work.on(rest), ListSaved(action="split", lines=later, draft_id=draft_id))
    return rest


def _rows(work: Work) -> list[_Row]:
    rows = work.session.execute(
        select(DraftLine.id, DraftLine.quantity, Variant.name, Variant.pack_size)
        .join(Variant, Variant.id == DraftLine.variant_id)
        .where(DraftLine.draft_id == work.draft.id)
    )
    return [_Row(*row) for row in rows]


def _refuse_split(rows: Sequence[_Row], keep: Mapping[int, int]) -> None:
    if {row.id for row in rows} != set(keep) or any(keep[row.id] > row.quantity for row in rows):
        words = "The draft was changed meanwhile. Look at the proposal once more."
        raise Rejected("changed", words, outcome="conflict")
    for row in rows:
        if keep[row.id] % row.pack_size:
            raise Rejected("packs", f"{row.name}: {pack_words(keep[row.id], row.pack_size)}")
    if not any(keep.values()) or all(keep[row.id] == row.quantity for row in rows):
        raise Rejected(
            "nothing", "There is nothing to split: choose something to order now and something for later."
        )


def _park_rest(work: Work, keep: Mapping[int, int]) -> Draft:
    session, draft = work.session, work.draft
    name = f"Rest of {draft.name or 'an order'}"[:MAX_NAME]
    rest_id = session.execute(REST, {"draft": draft.id, "name": name, "now": work.now}).scalar_one()
    session.execute(
        MOVE, {"draft": draft.id, "rest": rest_id, "ids": list(keep), "units": list(keep.values())}
    )
    return session.get_one(Draft, rest_id)


def merge(session: Session, *, actor: Actor, now: datetime, draft_id: int, rest_id: int) -> None:
    """Put what was split off back into the draft; lines come back to their places.

    :raises NotFound: if it is not the actor's open draft.
    :raises Rejected: ``nothing`` if no part of it waits in that other one; ``draft_full`` if the draft would become
        too long or a quantity too large.
    """
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    draft = work.draft
    rest = _take_rest(work, rest_id)
    quantities = session.scalars(BACK, {"draft": draft.id, "rest": rest.id}).all()
    lines = session.scalar(select(func.count()).where(DraftLine.draft_id == draft.id)) or 0
    if lines > MAX_LINES or max(quantities, default=0) > MAX_QUANTITY:
        raise Rejected(
            "draft_full", f"A draft takes up to {MAX_LINES:,} lines and {MAX_QUANTITY:,} units of each."
        )
    session.execute(text("delete from draft_line where draft_id = :rest"), {"rest": rest.id})
    rest.state, rest.updated_at, draft.updated_at = "discarded", now, now
    record_draft(work, ListSaved(action="merge", lines=len(quantities)))


def _take_rest(work: Work, rest_id: int) -> Draft:
    """Lock the draft that was split off."""
    rest = work.session.scalars(
        select(Draft)
        .where(
            Draft.id == rest_id,
            Draft.split_from_id == work.draft.id,
            Draft.owner_user_id == work.actor.user_id,
            Draft.state.in_(OPEN_DRAFTS),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if rest is None:
        raise Rejected("nothing", "There is nothing left to put back.", outcome="conflict")
    return rest
