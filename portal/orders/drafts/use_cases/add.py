"""Putting things into a draft by SKU, by part number, or from a pasted list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.catalog.colours.queries import colours_by_number
from portal.catalog.prices.queries import prices
from portal.catalog.products.queries.variants import VariantInfo, resolve, variants
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.pasted import Pasted, read_pasted
from portal.orders.drafts.use_cases.lines import Wish, put
from portal.orders.models.drafts import Draft
from portal.orders.quantities import quantity_problem


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
    record_draft(
        session,
        ProductAdded(sku=variant.sku, quantity=quantity, colour_number=colour, source=source),
        actor=actor,
        now=now,
        draft=draft,
        variant_id=variant.id,
    )
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
        record_draft(
            session,
            ProductAdded(sku=known[wish.variant_id].sku, quantity=wish.quantity, source="sku"),
            actor=actor,
            now=now,
            draft=draft,
            variant_id=wish.variant_id,
        )
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
