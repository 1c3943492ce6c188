"""Changing the colors of a draft's lines in place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.catalog.colours.queries import colours_named, search_colours
from portal.catalog.models import Product, Variant
from portal.foundation.actor import Actor
from portal.orders.drafts.facts import ProductAdded, ProductRemoved, record_draft
from portal.orders.drafts.refusals import ColoursRefused
from portal.orders.drafts.use_cases.lines import remove_lines
from portal.orders.drafts.work import Work, take
from portal.orders.models.drafts import DraftLine, LastTime
from portal.orders.quantities import quantity_problem

LONGEST = 60
SUGGESTED = 3

# With their old ids, so that the ids on a page that is open in a browser stay valid.
PUT_BACK = text("""
insert into draft_line (id, draft_id, company_id, position, variant_id, quantity, colour_number, last_time)
select w.id, :draft, :company, w.position, w.variant_id, w.quantity, w.colour_number, w.last_time
  from unnest(cast(:ids as bigint[]), cast(:positions as int[]), cast(:variants as bigint[]),
              cast(:quantities as int[]), cast(:colours as text[]), cast(cast(:last_times as text[]) as jsonb[]))
       as w(id, position, variant_id, quantity, colour_number, last_time)
""")

Target = tuple[int, str | None]  # variant and color: what makes a line


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the draft as it is before."""

    id: int
    position: int
    variant_id: int
    quantity: int
    colour_number: str | None
    last_time: LastTime | None
    sku: str
    tintable: bool


def recolour(
    session: Session, *, actor: Actor, now: datetime, draft_id: int, colours: Mapping[int, str]
) -> int:
    """Change the colors of lines (line id → number or name of a color; empty for none). All of them or none.

    A line that becomes what another one is already is added to it; the one that stood first stays.

    :returns: how many lines got another color.
    :raises ColoursRefused: by line id.
    """
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    rows = _rows(work)
    typed = {line_id: " ".join(words.split())[:LONGEST] for line_id, words in colours.items()}
    asked = [row for row in rows if row.id in typed and not _is_same(typed[row.id], row.colour_number)]
    if not asked:
        return 0
    wanted, problems = _resolve(session, asked, typed)
    changed = [row for row in asked if row.id in wanted and wanted[row.id] != row.colour_number]
    merged = _merged(rows, wanted)
    problems |= _too_many(changed, wanted, merged)
    if problems:
        raise ColoursRefused(problems)
    _write(work, {row.id for row in changed}, merged)
    _record_changes(work, changed, wanted)
    return len(changed)


def _resolve(
    session: Session, asked: Sequence[_Row], typed: Mapping[int, str]
) -> tuple[dict[int, str | None], dict[int, str]]:
    """By line id: the number of its new color (None for no color), and what is wrong with those that get none."""
    found = colours_named(session, [typed[row.id] for row in asked])
    problems = _problems(session, asked, typed, set(found))
    wanted = {
        row.id: found[typed[row.id]].number if typed[row.id] else None
        for row in asked
        if row.id not in problems
    }
    return wanted, problems


def _is_same(words: str, number: str | None) -> bool:
    return words.upper() == (number or "").upper()


def _rows(work: Work) -> list[_Row]:
    rows = work.session.execute(
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
        .where(DraftLine.draft_id == work.draft.id)
        .order_by(DraftLine.position, DraftLine.id)
    )
    return [_Row(*row) for row in rows]


def _problems(
    session: Session, asked: Sequence[_Row], typed: Mapping[int, str], known: set[str]
) -> dict[int, str]:
    """A sentence for each line that cannot get its color; that of the first unknown color suggests similar ones."""
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


def _merged(rows: Sequence[_Row], wanted: Mapping[int, str | None]) -> dict[Target, list[_Row]]:
    """The lines by what they are afterwards, each group in the order of the draft."""
    groups: dict[Target, list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.variant_id, wanted.get(row.id, row.colour_number)), []).append(row)
    return groups


def _too_many(
    changed: Sequence[_Row], wanted: Mapping[int, str | None], merged: Mapping[Target, list[_Row]]
) -> dict[int, str]:
    """A sentence for each line that would be merged into a quantity that cannot be ordered."""
    problems = {}
    for row in changed:
        total = sum(each.quantity for each in merged[row.variant_id, wanted[row.id]])
        if problem := quantity_problem(total, 1):
            problems[row.id] = problem
    return problems


def _write(work: Work, changed: set[int], merged: Mapping[Target, list[_Row]]) -> None:
    """Delete the groups that a changed line belongs to, and insert one line for each.

    An update would not do: two lines that swap their colors would be equal for a moment, which the index forbids.
    """
    touched = {key: rows for key, rows in merged.items() if any(row.id in changed for row in rows)}
    if not touched:
        return
    remove_lines(work, [row.id for rows in touched.values() for row in rows])
    groups = list(touched.values())
    last_times = [next((row.last_time for row in rows if row.last_time), None) for rows in groups]
    asked = {
        "draft": work.draft.id,
        "company": work.draft.company_id,
        "ids": [rows[0].id for rows in groups],
        "positions": [rows[0].position for rows in groups],
        "variants": [variant_id for variant_id, _ in touched],
        "quantities": [sum(row.quantity for row in rows) for rows in groups],
        "colours": [colour for _, colour in touched],
        "last_times": [json.dumps(each) if each else None for each in last_times],
    }
    work.session.execute(PUT_BACK, asked)


def _record_changes(work: Work, changed: Sequence[_Row], wanted: Mapping[int, str | None]) -> None:
    """In the touchpoint log each is one thing taken out and another put in."""
    for row in changed:
        removed = ProductRemoved(quantity=0, quantity_before=row.quantity)
        added = ProductAdded(sku=row.sku, quantity=row.quantity, colour_number=wanted[row.id])
        record_draft(work, removed, variant_id=row.variant_id)
        record_draft(work, added, variant_id=row.variant_id)
    if changed:
        work.touch()
