"""What is put into a draft, changed in it and taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from portal.catalog.models import Variant
from portal.catalog.queries import VariantInfo, colours_by_number, prices, resolve, variants
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.models import Draft, DraftLine
from portal.orders.pasting import Pasted, read_pasted
from portal.orders.quantities import MAX_LINES, quantity_problem
from portal.orders.use_cases.draft_facts import note
from portal.orders.use_cases.drafting import own_draft


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


def add_line(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    draft: Draft,
    quantity: int | None,
    variant_id: int | None = None,
    sku: str = "",
    colour_number: str | None = None,
    source: str = "sku",
) -> VariantInfo:
    """Put one thing into the actor's draft: by id, by SKU or by the customer's own part number.

    :param today: the day whose prices hold, in the seller's calendar.
    :raises Rejected: unknown, discontinued (details: replacement_sku), not tintable, unknown colour, not a whole
        number of packs (the message offers the nearest ones), no price.
    """
    if variant_id is None:
        variant_id = resolve(session, company_id=draft.company_id, texts=[sku]).get(sku)
    variant = variants(session, [variant_id]).get(variant_id) if variant_id is not None else None
    if variant is None:
        raise Rejected(
            "unknown_sku", f"We don't know “{sku[:40]}”. Check the SKU or search by name.", field="sku"
        )
    if variant.is_discontinued(today):
        raise _discontinued(variant)
    problem = quantity_problem(quantity, variant.pack_size)
    if problem or quantity is None:
        raise Rejected("quantity", problem or "", field="quantity")
    colour = _colour(session, variant, colour_number)
    if not prices(session, company_id=draft.company_id, wants=[(variant.id, quantity)], on=today):
        raise Rejected("no_price", "There is no price for your company. Ask your sales rep.", field="sku")
    put(session, draft, [Wish(variant.id, quantity, colour)], now=now)
    note(
        session, "product_added", actor=actor, now=now, draft=draft, variant_id=variant.id,
        sku=variant.sku, quantity=quantity, colour_number=colour, source=source,
    )  # fmt: skip
    return variant


def _discontinued(variant: VariantInfo) -> Rejected:
    instead = f" Order {variant.replacement_sku} instead." if variant.replacement_sku else ""
    return Rejected(
        "discontinued",
        f"{variant.sku} is no longer made.{instead}",
        field="sku",
        details={"replacement_sku": variant.replacement_sku},
    )


def _colour(session: Session, variant: VariantInfo, number: str | None) -> str | None:
    if not number:
        return None
    if not variant.tintable:
        raise Rejected(
            "not_tintable", f"{variant.sku} cannot be tinted. Leave the colour empty.", field="colour_number"
        )
    colour = colours_by_number(session, [number]).get(number)
    if colour is None:
        raise Rejected(
            "unknown_colour", f"There is no colour {number[:20]} in our deck.", field="colour_number"
        )
    return colour.number


@dataclass(frozen=True, slots=True)
class PasteResult:
    """How many lines went in and which ones came back."""

    added: int
    wrong: list[Pasted]


def add_pasted(
    session: Session, *, actor: Actor, now: datetime, today: date, draft: Draft, pasted: str
) -> PasteResult:
    """Put a pasted list into the draft: right lines go in, wrong ones are kept beside it to be corrected.

    Up to 200 lines in the same few statements as one line.
    """
    read = read_pasted(pasted)
    good: list[Wish] = []
    wrong: list[Pasted] = [line for line in read if line.problem]
    readable = [line for line in read if not line.problem]
    ids = resolve(session, company_id=draft.company_id, texts=[line.sku for line in readable])
    known = variants(session, ids.values())
    colours = colours_by_number(session, [line.colour_number for line in readable])
    wants = [(ids[line.sku], line.quantity or 1) for line in readable if line.sku in ids]
    priced = prices(session, company_id=draft.company_id, wants=wants, on=today)
    for line in readable:
        variant = known.get(ids.get(line.sku, 0))
        colour = colours.get(line.colour_number) if line.colour_number else None
        has_price = variant is not None and (variant.id, line.quantity) in priced
        problem = _pasted_problem(line, variant, colour is not None, has_price, today)
        if problem or variant is None or line.quantity is None:
            wrong.append(Pasted(line.raw, line.sku, line.quantity, line.colour_number, problem))
        else:
            good.append(Wish(variant.id, line.quantity, colour.number if colour else None))
    put(session, draft, good, now=now)
    others = [each for each in draft.left_out if "raw" not in each]
    draft.left_out = others + [{"raw": line.raw, "reason": line.problem} for line in wrong]
    for wish in good:
        note(
            session, "product_added", actor=actor, now=now, draft=draft, variant_id=wish.variant_id,
            sku=known[wish.variant_id].sku, quantity=wish.quantity, source="sku",
        )  # fmt: skip
    return PasteResult(len(good), wrong)


def _pasted_problem(
    line: Pasted, variant: VariantInfo | None, colour_known: bool, has_price: bool, today: date
) -> str | None:
    if variant is None:
        return f"We don't know “{line.sku}”."
    if variant.is_discontinued(today):
        return _discontinued(variant).message
    problem = quantity_problem(line.quantity, variant.pack_size)
    if problem:
        return problem
    if line.colour_number and not variant.tintable:
        return f"{variant.sku} cannot be tinted."
    if line.colour_number and not colour_known:
        return f"There is no colour {line.colour_number}."
    return None if has_price else "There is no price for your company."


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
        name = "product_added" if quantity > row.quantity else "product_removed"
        note(
            session, name, actor=actor, now=now, draft=draft, variant_id=row.variant_id,
            quantity=quantity, quantity_before=row.quantity,
        )  # fmt: skip
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
    note(
        session, "product_removed", actor=actor, now=now, draft=draft, variant_id=line.variant_id,
        quantity=0, quantity_before=line.quantity,
    )  # fmt: skip
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
