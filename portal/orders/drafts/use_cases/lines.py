"""What is put into a draft, changed in it and taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from portal.catalog.models import Variant
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.drafts.facts import ProductAdded, ProductRemoved, record_draft
from portal.orders.drafts.use_cases.drafts import own_draft
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.quantities import MAX_LINES, quantity_problem


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to put into a draft."""

    variant_id: int
    quantity: int
    colour_number: str | None = None
    last_time: dict[str, Any] | None = None


# The same thing in the same colour is one line, whoever adds it and however often.
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


def put(session: Session, draft: Draft, wishes: Sequence[Wish], *, now: datetime) -> None:
    """Put wishes that are known to be orderable into a draft that is held. One statement for any number.

    :raises Rejected: when the draft would become too long or a quantity too large.
    """
    merged: dict[tuple[int, str | None], Wish] = {}
    for wish in wishes:
        key = (wish.variant_id, wish.colour_number)
        before = merged.get(key)
        quantity = wish.quantity + (before.quantity if before else 0)
        last_time = before.last_time if before else wish.last_time
        merged[key] = Wish(wish.variant_id, quantity, wish.colour_number, last_time)
    if not merged:
        return
    draft.updated_at = now
    put_in = list(merged.values())
    asked = {
        "draft": draft.id,
        "company": draft.company_id,
        "variants": [wish.variant_id for wish in put_in],
        "quantities": [wish.quantity for wish in put_in],
        "colours": [wish.colour_number for wish in put_in],
        "last_times": [json.dumps(wish.last_time) if wish.last_time else None for wish in put_in],
    }
    rows = session.execute(PUT, asked).all()
    if rows[0].lines_before + len(rows) > MAX_LINES:
        raise Rejected(
            "draft_full", f"A draft takes up to {MAX_LINES:,} lines. Place this one, then begin another."
        )
    largest = max(row.quantity for row in rows)
    problem = quantity_problem(largest, 1)
    if problem:
        raise Rejected("quantity", problem, field="quantity")


def change_quantities(
    session: Session, *, actor: Actor, now: datetime, draft_id: int, quantities: Mapping[int, int | None]
) -> int:
    """Set the quantities of lines (line id → units; 0 takes the line out). All of them or none.

    :returns: how many lines were taken out.
    :raises Rejected: ``quantities`` with details {line id: sentence}.
    """
    draft = own_draft(session, actor, draft_id)
    rows = session.execute(
        select(DraftLine.id, DraftLine.quantity, DraftLine.variant_id, Variant.pack_size)
        .join(Variant, Variant.id == DraftLine.variant_id)
        .where(DraftLine.draft_id == draft.id)
    ).all()
    changed = {row.id: row for row in rows if row.id in quantities and quantities[row.id] != row.quantity}
    problems = {
        line_id: problem
        for line_id, row in changed.items()
        if quantities[line_id] != 0 and (problem := quantity_problem(quantities[line_id], row.pack_size))
    }
    if problems:
        raise Rejected(
            "quantities", "Some quantities need correcting. Nothing was changed yet.", details=problems
        )
    gone = [line_id for line_id in changed if quantities[line_id] == 0]
    kept = {line_id: quantities[line_id] for line_id in changed if quantities[line_id]}
    if kept:
        asked = {"draft": draft.id, "ids": list(kept), "quantities": list(kept.values())}
        session.execute(CHANGE, asked)
    if gone:
        session.execute(delete(DraftLine).where(DraftLine.draft_id == draft.id, DraftLine.id.in_(gone)))
    for line_id, row in changed.items():
        quantity = quantities[line_id] or 0
        kind = ProductAdded if quantity > row.quantity else ProductRemoved
        change = kind(quantity=quantity, quantity_before=row.quantity)
        record_draft(session, change, actor=actor, now=now, draft=draft, variant_id=row.variant_id)
    if changed:
        draft.updated_at = now
    return len(gone)


def remove_line(session: Session, *, actor: Actor, now: datetime, draft_id: int, line_id: int) -> DraftLine:
    """Take a line out; what it was is returned so that it can be put back.

    :raises NotFound: when it is not there (any more).
    """
    draft = own_draft(session, actor, draft_id)
    line = session.scalars(
        select(DraftLine).where(DraftLine.draft_id == draft.id, DraftLine.id == line_id)
    ).one_or_none()
    if line is None:
        raise NotFound
    session.execute(delete(DraftLine).where(DraftLine.id == line.id))
    session.expunge(line)
    draft.updated_at = now
    record_draft(
        session,
        ProductRemoved(quantity=0, quantity_before=line.quantity),
        actor=actor,
        now=now,
        draft=draft,
        variant_id=line.variant_id,
    )
    return line


def put_back(session: Session, *, actor: Actor, now: datetime, draft_id: int, wish: Wish) -> None:
    """Put a line back that was just taken out, with what it was last time."""
    draft = own_draft(session, actor, draft_id)
    put(session, draft, [wish], now=now)


def dismiss_left_out(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> None:
    """Clear the list of what could not be taken over."""
    draft = own_draft(session, actor, draft_id)
    draft.left_out = []
    draft.updated_at = now
