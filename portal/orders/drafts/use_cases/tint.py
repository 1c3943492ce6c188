"""Tinting the lines of a draft otherwise, in place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, text
from sqlalchemy.orm import Session

from portal.catalog.colours.queries import colours_named, search_colours
from portal.catalog.models import Product, Variant
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.drafts.facts import ProductAdded, ProductRemoved, record_draft
from portal.orders.drafts.use_cases.drafts import own_draft
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.quantities import quantity_problem

LONGEST = 60
SUGGESTED = 3

# With the ids they had: what a page shows of a draft stays true for the lines that stay.
PUT_AGAIN = text("""
insert into draft_line (id, draft_id, company_id, position, variant_id, quantity, colour_number, last_time)
select w.id, :draft, :company, w.position, w.variant_id, w.quantity, w.colour_number, w.last_time
  from unnest(cast(:ids as bigint[]), cast(:positions as int[]), cast(:variants as bigint[]),
              cast(:quantities as int[]), cast(:colours as text[]), cast(cast(:last_times as text[]) as jsonb[]))
       as w(id, position, variant_id, quantity, colour_number, last_time)
""")

Target = tuple[int, str | None]  # variant and colour: what makes a line


def recolour(
    session: Session, *, actor: Actor, now: datetime, draft_id: int, colours: Mapping[int, str]
) -> int:
    """Tint lines otherwise (line id → number or name of a colour; empty for none). All of them or none.

    A line that becomes what another one is already is added to it; the one that stood first stays.

    :returns: how many lines got another colour.
    :raises Rejected: ``colours`` with details {line id: sentence}.
    """
    draft = own_draft(session, actor, draft_id)
    rows = _rows(session, draft)
    typed = {line_id: " ".join(words.split())[:LONGEST] for line_id, words in colours.items()}
    asked = [
        row for row in rows if row.id in typed and typed[row.id].upper() != (row.colour_number or "").upper()
    ]
    if not asked:
        return 0
    found = colours_named(session, [typed[row.id] for row in asked])
    problems = _problems(session, asked, typed, set(found))
    wanted = {
        row.id: found[typed[row.id]].number if typed[row.id] else None
        for row in asked
        if row.id not in problems
    }
    changed = [row for row in asked if row.id in wanted and wanted[row.id] != row.colour_number]
    merged = _merged(rows, wanted)
    for row in changed:
        target = (row.variant_id, wanted[row.id])
        if problem := quantity_problem(sum(each.quantity for each in merged[target]), 1):
            problems[row.id] = problem
    if problems:
        raise Rejected("colours", "Some colours need correcting. Nothing was changed yet.", details=problems)
    _write(session, draft, {row.id for row in changed}, merged)
    for row in changed:
        _note(session, actor, now, draft, row, wanted[row.id])
    if changed:
        draft.updated_at = now
    return len(changed)


def _rows(session: Session, draft: Draft) -> Sequence[Row[Any]]:
    return session.execute(
        select(
            DraftLine.id,
            DraftLine.position,
            DraftLine.variant_id,
            DraftLine.quantity,
            DraftLine.colour_number,
            DraftLine.last_time,
            Variant.sku,
            Product.tintable,
        )
        .join(Variant, Variant.id == DraftLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(DraftLine.draft_id == draft.id)
        .order_by(DraftLine.position, DraftLine.id)
    ).all()


def _problems(
    session: Session, asked: list[Row[Any]], typed: Mapping[int, str], known: set[str]
) -> dict[int, str]:
    """A sentence for each line that cannot be tinted so; the first unknown colour comes with what is like it."""
    problems: dict[int, str] = {}
    for row in asked:
        words = typed[row.id]
        if words and not row.tintable:
            problems[row.id] = f"{row.sku} cannot be tinted."
        elif words and words not in known:
            problems[row.id] = f"There is no colour “{words}” in our deck."
    unknown = [line_id for line_id in problems if typed[line_id] not in known]
    if unknown:
        like = search_colours(session, words=typed[unknown[0]], limit=SUGGESTED)
        names = " or ".join(f"{each.number} {each.name}" for each in like)
        problems[unknown[0]] += f" Did you mean {names}?" if names else ""
    return problems


def _merged(rows: Sequence[Row[Any]], wanted: Mapping[int, str | None]) -> dict[Target, list[Row[Any]]]:
    """The lines by what they are afterwards, each group in the order of the draft."""
    groups: dict[Target, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.variant_id, wanted.get(row.id, row.colour_number)), []).append(row)
    return groups


def _write(
    session: Session, draft: Draft, changed: set[int], merged: Mapping[Target, list[Row[Any]]]
) -> None:
    """Take the groups out that a changed line belongs to, and put one line each in their place.

    Not an update: two lines that swap their colours would be the same thing for a moment, which the index forbids.
    """
    touched = {key: rows for key, rows in merged.items() if any(row.id in changed for row in rows)}
    if not touched:
        return
    gone = [row.id for rows in touched.values() for row in rows]
    session.execute(delete(DraftLine).where(DraftLine.draft_id == draft.id, DraftLine.id.in_(gone)))
    groups = list(touched.values())
    last_times = [next((row.last_time for row in rows if row.last_time), None) for rows in groups]
    asked = {
        "draft": draft.id,
        "company": draft.company_id,
        "ids": [rows[0].id for rows in groups],
        "positions": [rows[0].position for rows in groups],
        "variants": [variant_id for variant_id, _ in touched],
        "quantities": [sum(row.quantity for row in rows) for rows in groups],
        "colours": [colour for _, colour in touched],
        "last_times": [json.dumps(each) if each else None for each in last_times],
    }
    session.execute(PUT_AGAIN, asked)


def _note(
    session: Session, actor: Actor, now: datetime, draft: Draft, row: Row[Any], colour: str | None
) -> None:
    """For the log it is one thing taken out and another put in."""
    record_draft(
        session,
        ProductRemoved(quantity=0, quantity_before=row.quantity),
        actor=actor,
        now=now,
        draft=draft,
        variant_id=row.variant_id,
    )
    record_draft(
        session,
        ProductAdded(sku=row.sku, quantity=row.quantity, colour_number=colour),
        actor=actor,
        now=now,
        draft=draft,
        variant_id=row.variant_id,
    )
