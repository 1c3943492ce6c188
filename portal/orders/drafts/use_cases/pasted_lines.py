"""Putting a pasted list into a draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from portal.catalog.colours.queries import ColourInfo, colours_by_number
from portal.catalog.prices.queries import prices
from portal.catalog.products.queries.variants import VariantInfo, resolve, variants
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.pasted import Pasted, read_pasted
from portal.orders.drafts.refusals import Discontinued
from portal.orders.drafts.use_cases.lines import Item, put
from portal.orders.drafts.work import Work
from portal.orders.models.drafts import LeftOut
from portal.orders.quantities import quantity_problem


@dataclass(frozen=True, slots=True)
class PasteResult:
    """How many lines went in and which ones came back."""

    added: int
    wrong: list[Pasted]


@dataclass(frozen=True, slots=True)
class _Catalog:
    """What the catalog says about a list: variants by SKU as typed, colors by number as typed, and which variants
    have a price at which quantity."""

    variants: Mapping[str, VariantInfo]
    colours: Mapping[str, ColourInfo]
    priced: Collection[tuple[int, int]]
    today: date

    def problem(self, line: Pasted) -> str | None:
        """Why the line cannot be ordered; None if it can."""
        variant = self.variants.get(line.sku)
        if variant is None:
            return f"We don't know “{line.sku}”."
        if variant.is_discontinued(self.today):
            return Discontinued(variant.sku, variant.replacement_sku).message
        problem = quantity_problem(line.quantity, variant.pack_size)
        if problem:
            return problem
        if line.colour_number and not variant.tintable:
            return f"{variant.sku} cannot be tinted."
        if line.colour_number and line.colour_number not in self.colours:
            return f"There is no colour {line.colour_number}."
        return None if (variant.id, line.quantity) in self.priced else "There is no price for your company."

    def item(self, line: Pasted) -> Item:
        """What a line without a problem puts into the draft."""
        colour = self.colours[line.colour_number].number if line.colour_number else None
        return Item(self.variants[line.sku].id, line.quantity or 0, colour)


def add_pasted(work: Work, pasted: str, *, today: date) -> PasteResult:
    """Put a pasted list into the draft: right lines go in, wrong ones are kept beside it to be corrected.

    Up to 200 lines in the same few statements as one line.
    """
    read = read_pasted(pasted)
    readable = [line for line in read if not line.problem]
    catalog = _look_up(work, readable, today)
    problems = [catalog.problem(line) for line in readable]
    good = [line for line, problem in zip(readable, problems, strict=True) if not problem]
    wrong = [
        *(line for line in read if line.problem),
        *(replace(line, problem=words) for line, words in zip(readable, problems, strict=True) if words),
    ]
    put(work, [catalog.item(line) for line in good])
    _keep_wrong(work, wrong)
    for line in good:
        added = ProductAdded(sku=catalog.variants[line.sku].sku, quantity=line.quantity, source="sku")
        record_draft(work, added, variant_id=catalog.variants[line.sku].id)
    return PasteResult(len(good), wrong)


def _look_up(work: Work, lines: Sequence[Pasted], today: date) -> _Catalog:
    session, company_id = work.session, work.draft.company_id
    ids = resolve(session, company_id=company_id, texts=[line.sku for line in lines])
    known = variants(session, ids.values())
    colours = colours_by_number(session, [line.colour_number for line in lines])
    wants = [(ids[line.sku], line.quantity or 1) for line in lines if line.sku in ids]
    priced = prices(session, company_id=company_id, wants=wants, on=today)
    by_sku = {sku: known[variant_id] for sku, variant_id in ids.items() if variant_id in known}
    return _Catalog(by_sku, colours, priced.keys(), today)


def _keep_wrong(work: Work, wrong: Sequence[Pasted]) -> None:
    """Those of an earlier list make room for those of this one."""
    others = [each for each in work.draft.left_out if "raw" not in each]
    work.draft.left_out = others + [LeftOut(raw=line.raw, reason=line.problem or "") for line in wrong]
