"""What is put into a draft, changed in it and taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from portal.catalog.models import Variant
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.drafts.facts import ProductAdded, ProductRemoved, record_draft
from portal.orders.drafts.refusals import QuantitiesRefused
from portal.orders.drafts.work import Work, take
from portal.orders.models.drafts import DraftLine, LastTime
from portal.orders.quantities import MAX_LINES, quantity_problem


@dataclass(frozen=True, slots=True)
class Item:
    """Something to put into a draft."""

    variant_id: int
    quantity: int
    colour_number: str | None = None
    last_time: LastTime | None = None

    @property
    def key(self) -> tuple[int, str | None]:
        """What makes it one line with others of its kind."""
        return self.variant_id, self.colour_number


# The same variant in the same color is one line, no matter who adds it and how often.
PUT = text("""
insert into draft_line (draft_id, company_id, position, variant_id, quantity, colour_number, last_time)
select :draft, :company, coalesce((select max(position) from draft_line where draft_id = :draft), 0) + w.ord,
       w.variant_id, w.quantity, w.colour_number, w.last_time
  from unnest(cast(:variants as bigint[]), cast(:quantities as int[]), cast(:colours as text[]),
              cast(cast(:last_times as text[]) as jsonb[]))
       with ordinality as w(variant_id, quantity, colour_number, last_time, ord)
on conflict (draft_id, variant_id, colour_number) do update
   set quantity = draft_line.quantity + excluded.quantity,
       last_time = coalesce(draft_line.last_time, excluded.last_time)
returning quantity, (select count(*) from draft_line where draft_id = :draft) as lines_before
""")
CHANGE = text("""
update draft_line l set quantity = w.quantity
  from unnest(cast(:ids as bigint[]), cast(:quantities as int[])) as w(id, quantity)
 where l.draft_id = :draft and l.id = w.id
""")


def put(work: Work, items: Sequence[Item]) -> None:
    """Put items that are known to be orderable into a draft. One statement for any number.

    :raises Rejected: if the draft would become too long or a quantity too large.
    """
    merged = _merge(items)
    if not merged:
        return
    work.touch()
    rows = work.session.execute(PUT, _columns(work, merged)).all()
    if rows[0].lines_before + len(rows) > MAX_LINES:
        raise Rejected(
            "draft_full", f"A draft takes up to {MAX_LINES:,} lines. Place this one, then begin another."
        )
    problem = quantity_problem(max(row.quantity for row in rows), 1)
    if problem:
        raise Rejected("quantity", problem, field="quantity")


def _columns(work: Work, items: Sequence[Item]) -> dict[str, object]:
    return {
        "draft": work.draft.id,
        "company": work.draft.company_id,
        "variants": [item.variant_id for item in items],
        "quantities": [item.quantity for item in items],
        "colours": [item.colour_number for item in items],
        "last_times": [json.dumps(item.last_time) if item.last_time else None for item in items],
    }


def _merge(items: Sequence[Item]) -> list[Item]:
    """The same variant in the same color once, with the sum of the quantities."""
    merged: dict[tuple[int, str | None], Item] = {}
    for item in items:
        before = merged.get(item.key)
        if before is not None:
            item = replace(before, quantity=before.quantity + item.quantity)
        merged[item.key] = item
    return list(merged.values())


@dataclass(frozen=True, slots=True)
class _Change:
    """A line that gets another quantity."""

    line_id: int
    before: int
    quantity: int | None
    variant_id: int
    pack_size: int


def change_quantities(
    session: Session, *, actor: Actor, now: datetime, draft_id: int, quantities: Mapping[int, int | None]
) -> int:
    """Set the quantities of lines (line id → units; 0 takes the line out). All of them or none.

    :returns: how many lines were taken out.
    :raises QuantitiesRefused: by line id.
    """
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    changes = _changes(work, quantities)
    _refuse_quantities(changes)
    kept = {each.line_id: each.quantity for each in changes if each.quantity}
    gone = [each.line_id for each in changes if not each.quantity]
    set_quantities(work, kept)
    remove_lines(work, gone)
    _record_changes(work, changes)
    if changes:
        work.touch()
    return len(gone)


def _changes(work: Work, quantities: Mapping[int, int | None]) -> list[_Change]:
    rows = work.session.execute(
        select(DraftLine.id, DraftLine.quantity, DraftLine.variant_id, Variant.pack_size)
        .join(Variant, Variant.id == DraftLine.variant_id)
        .where(DraftLine.draft_id == work.draft.id)
    )
    return [
        _Change(row.id, row.quantity, quantities[row.id], row.variant_id, row.pack_size)
        for row in rows
        if row.id in quantities and quantities[row.id] != row.quantity
    ]


def _refuse_quantities(changes: Sequence[_Change]) -> None:
    problems = {
        each.line_id: problem
        for each in changes
        if each.quantity != 0 and (problem := quantity_problem(each.quantity, each.pack_size))
    }
    if problems:
        raise QuantitiesRefused("Some quantities need correcting. Nothing was changed yet.", problems)


def _record_changes(work: Work, changes: Sequence[_Change]) -> None:
    for each in changes:
        quantity = each.quantity or 0
        kind = ProductAdded if quantity > each.before else ProductRemoved
        record_draft(work, kind(quantity=quantity, quantity_before=each.before), variant_id=each.variant_id)


def set_quantities(work: Work, quantities: Mapping[int, int | None]) -> None:
    """Write quantities that are known to be orderable, by line id. At most one statement."""
    if quantities:
        asked = {"draft": work.draft.id, "ids": list(quantities), "quantities": list(quantities.values())}
        work.session.execute(CHANGE, asked)


def remove_lines(work: Work, line_ids: Sequence[int]) -> None:
    """Delete lines of the draft. At most one statement."""
    if line_ids:
        work.session.execute(
            delete(DraftLine).where(DraftLine.draft_id == work.draft.id, DraftLine.id.in_(line_ids))
        )


def remove_line(session: Session, *, actor: Actor, now: datetime, draft_id: int, line_id: int) -> DraftLine:
    """Take a line out; what it was is returned so that it can be put back.

    :raises NotFound: if it is not there.
    """
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    line = session.scalars(
        select(DraftLine).where(DraftLine.draft_id == work.draft.id, DraftLine.id == line_id)
    ).one_or_none()
    if line is None:
        raise NotFound
    session.execute(delete(DraftLine).where(DraftLine.id == line.id))
    session.expunge(line)
    work.touch()
    removed = ProductRemoved(quantity=0, quantity_before=line.quantity)
    record_draft(work, removed, variant_id=line.variant_id)
    return line


def put_back(session: Session, *, actor: Actor, now: datetime, draft_id: int, item: Item) -> None:
    """Put a line back that was just taken out, with what it was last time."""
    put(take(session, actor=actor, now=now, draft_id=draft_id), [item])


def dismiss_left_out(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> None:
    """Clear the list of what did not get into the draft."""
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    work.draft.left_out = []
    work.touch()
