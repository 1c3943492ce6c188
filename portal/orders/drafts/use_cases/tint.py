"""Changing the colors of a draft's lines in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.catalog.colours.queries import colours_named, search_colours
from portal.foundation.actor import Actor
from portal.orders.drafts.facts import ProductAdded, ProductRemoved, record_draft
from portal.orders.drafts.refusals import ColoursRefused
from portal.orders.drafts.use_cases.tint_rows import Target, TintRow, merged_rows, read_rows, write_rows
from portal.orders.drafts.work import Work, take
from portal.orders.quantities import quantity_problem

LONGEST = 60
SUGGESTED = 3


def recolour(
    session: Session, *, actor: Actor, now: datetime, draft_id: int, colours: Mapping[int, str]
) -> int:
    """Change the colors of lines (line id → number or name of a color; empty for none). All of them or none.

    A line that becomes what another one is already is added to it; the one that stood first stays.

    :returns: how many lines got another color.
    :raises ColoursRefused: by line id.
    """
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    rows = read_rows(work)
    typed = {line_id: " ".join(words.split())[:LONGEST] for line_id, words in colours.items()}
    asked = [row for row in rows if row.id in typed and not _is_same(typed[row.id], row.colour_number)]
    if not asked:
        return 0
    wanted, problems = _resolve(session, asked, typed)
    changed = [row for row in asked if row.id in wanted and wanted[row.id] != row.colour_number]
    merged = merged_rows(rows, wanted)
    problems |= _too_many(changed, wanted, merged)
    if problems:
        raise ColoursRefused(problems)
    write_rows(work, {row.id for row in changed}, merged)
    _record_changes(work, changed, wanted)
    return len(changed)


def _resolve(
    session: Session, asked: Sequence[TintRow], typed: Mapping[int, str]
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


def _problems(
    session: Session, asked: Sequence[TintRow], typed: Mapping[int, str], known: set[str]
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


def _too_many(
    changed: Sequence[TintRow], wanted: Mapping[int, str | None], merged: Mapping[Target, list[TintRow]]
) -> dict[int, str]:
    """A sentence for each line that would be merged into a quantity that cannot be ordered."""
    problems = {}
    for row in changed:
        total = sum(each.quantity for each in merged[row.variant_id, wanted[row.id]])
        if problem := quantity_problem(total, 1):
            problems[row.id] = problem
    return problems


def _record_changes(work: Work, changed: Sequence[TintRow], wanted: Mapping[int, str | None]) -> None:
    """In the touchpoint log each is one thing taken out and another put in."""
    for row in changed:
        removed = ProductRemoved(quantity=0, quantity_before=row.quantity)
        added = ProductAdded(sku=row.sku, quantity=row.quantity, colour_number=wanted[row.id])
        record_draft(work, removed, variant_id=row.variant_id)
        record_draft(work, added, variant_id=row.variant_id)
    if changed:
        work.touch()
