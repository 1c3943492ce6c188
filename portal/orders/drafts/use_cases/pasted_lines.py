"""Putting a pasted list into a draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from portal.catalog.colours.queries import ColourInfo, colours_named
from portal.catalog.prices.queries import orderable
from portal.catalog.products.queries.variants import VariantInfo, resolve, variants
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.pasted import Pasted, Reading, read_pasted
from portal.orders.drafts.pasted_fields import is_name_of
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
class _Good:
    """What a line puts into the draft."""

    variant: VariantInfo
    item: Item


@dataclass(frozen=True, slots=True)
class _Catalog:
    """What the catalog says about a list: variants by SKU as typed, colors by number or name as typed, and which
    variants have a price."""

    variants: Mapping[str, VariantInfo]
    colours: Mapping[str, ColourInfo]
    priced: Collection[int]
    today: date

    def read(self, line: Pasted) -> _Good | str:
        """What the line puts into the draft, or why it cannot be ordered."""
        reading = next((each for each in line.readings if each.sku in self.variants), line.readings[0])
        variant = self.variants.get(reading.sku)
        if variant is None:
            return f"We don't know “{reading.sku}”."
        problem = self._problem(variant, reading)
        if problem:
            return problem
        colour = self.colours.get(reading.extra) if variant.tintable else None
        return _Good(variant, Item(variant.id, reading.quantity, colour.number if colour else None))

    def _problem(self, variant: VariantInfo, reading: Reading) -> str | None:
        if variant.is_discontinued(self.today):
            return Discontinued(variant.sku, variant.replacement_sku).message
        problem = quantity_problem(reading.quantity, variant.pack_size)
        if problem:
            return problem
        if reading.extra and not is_name_of(reading.extra, variant.name):
            if variant.tintable and reading.extra not in self.colours:
                return f"There is no colour {reading.extra[:40]}."
            if not variant.tintable and reading.extra in self.colours:
                return f"{variant.sku} cannot be tinted."
        return None if variant.id in self.priced else "There is no price for your company."


def add_pasted(work: Work, pasted: str, *, today: date) -> PasteResult:
    """Put a pasted list into the draft: right lines go in, wrong ones are kept beside it to be corrected.

    Up to 200 lines in the same few statements as one line.
    """
    lines = read_pasted(pasted)
    catalog = _look_up(work, [reading for line in lines for reading in line.readings], today)
    found = [(line, line.problem or catalog.read(line)) for line in lines]
    good = [each for _, each in found if isinstance(each, _Good)]
    wrong = [replace(line, problem=words) for line, words in found if isinstance(words, str)]
    put(work, [each.item for each in good])
    _keep_wrong(work, wrong)
    for each in good:
        added = ProductAdded(sku=each.variant.sku, quantity=each.item.quantity, source="sku")
        record_draft(work, added, variant_id=each.variant.id)
    return PasteResult(len(good), wrong)


def _look_up(work: Work, readings: Sequence[Reading], today: date) -> _Catalog:
    session, company_id = work.session, work.draft.company_id
    ids = resolve(session, company_id=company_id, texts=[each.sku for each in readings])
    known = variants(session, ids.values())
    colours = colours_named(session, [each.extra for each in readings])
    priced = orderable(session, company_id=company_id, variant_ids=known, on=today)
    by_sku = {sku: known[variant_id] for sku, variant_id in ids.items() if variant_id in known}
    return _Catalog(by_sku, colours, priced, today)


def _keep_wrong(work: Work, wrong: Sequence[Pasted]) -> None:
    """Those of an earlier list make room for those of this one."""
    others = [each for each in work.draft.left_out if "raw" not in each]
    work.draft.left_out = others + [LeftOut(raw=line.raw, reason=line.problem or "") for line in wrong]
