"""Putting one thing into a draft: by id, by SKU or by the customer's own part number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.catalog.colours.queries import colours_by_number
from portal.catalog.prices.queries import orderable
from portal.catalog.products.queries.variants import VariantInfo, resolve, variants
from portal.foundation.errors import Rejected
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.refusals import Discontinued
from portal.orders.drafts.use_cases.lines import Item, put
from portal.orders.drafts.work import Work
from portal.orders.quantities import quantity_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What a person asks to add. The variant is named by its id, else by ``sku``: a SKU or the company's own part
    number. ``source`` says on the touchpoint where they found it."""

    quantity: int | None
    variant_id: int | None = None
    sku: str = ""
    colour_number: str | None = None
    source: str = "sku"


def _quantity(addition: Addition, variant: VariantInfo) -> int:
    problem = quantity_problem(addition.quantity, variant.pack_size)
    if problem or addition.quantity is None:
        raise Rejected("quantity", problem or "", field="quantity")
    return addition.quantity


def add_line(work: Work, addition: Addition, *, today: date) -> VariantInfo:
    """Put one thing into the draft.

    :param today: the day whose prices hold, in the seller's calendar.
    :raises Discontinued: with what replaces it.
    :raises Rejected: ``unknown_sku``, ``not_tintable``, ``unknown_colour``, ``quantity`` (the message offers the
        nearest whole packs), ``no_price``.
    """
    session, company_id = work.session, work.draft.company_id
    variant = _variant(session, company_id, addition)
    if variant.is_discontinued(today):
        raise Discontinued(variant.sku, variant.replacement_sku)
    quantity = _quantity(addition, variant)
    colour = _colour(session, variant, addition.colour_number)
    if not orderable(session, company_id=company_id, variant_ids=[variant.id], on=today):
        raise Rejected("no_price", "There is no price for your company. Ask your sales rep.", field="sku")
    put(work, [Item(variant.id, quantity, colour)])
    added = ProductAdded(sku=variant.sku, quantity=quantity, colour_number=colour, source=addition.source)
    record_draft(work, added, variant_id=variant.id)
    return variant


def _variant(session: Session, company_id: int, addition: Addition) -> VariantInfo:
    variant_id, sku = addition.variant_id, addition.sku
    if variant_id is None:
        variant_id = resolve(session, company_id=company_id, texts=[sku]).get(sku)
    variant = variants(session, [variant_id]).get(variant_id) if variant_id is not None else None
    if variant is None:
        raise Rejected(
            "unknown_sku", f"We don't know “{sku[:40]}”. Check the SKU or search by name.", field="sku"
        )
    return variant


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
