"""Adding what was bought before to a draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from portal.catalog.colours.queries import ColourInfo, colours_by_number
from portal.catalog.prices.queries import orderable
from portal.catalog.products.queries.variants import VariantInfo, variants
from portal.foundation.errors import NotFound, Rejected
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.problems import PROBLEM_WORDS, Problem
from portal.orders.drafts.use_cases.lines import Item, put
from portal.orders.drafts.work import Work
from portal.orders.quantities import quantity_problem
from portal.orders.reorder.refusals import Bought, BoughtRefused
from portal.orders.reorder.rules import NO_PRICE


@dataclass(frozen=True, slots=True)
class _Catalog:
    """What the catalog says about the things: variants by id, colors by number, and which variants have a price."""

    variants: Mapping[int, VariantInfo]
    colours: Mapping[str, ColourInfo]
    priced: Collection[int]
    today: date

    def problem(self, thing: Bought, quantity: int | None) -> str | None:
        """Why it cannot be added; None if it can.

        :raises NotFound: if there is no such variant.
        """
        variant = self.variants.get(thing[0])
        if variant is None:
            raise NotFound
        if variant.is_discontinued(self.today):
            return PROBLEM_WORDS[Problem.NO_LONGER_MADE]
        problem = quantity_problem(quantity, variant.pack_size) or self._colour_problem(variant, thing[1])
        if problem:
            return problem
        return None if variant.id in self.priced else NO_PRICE

    def _colour_problem(self, variant: VariantInfo, colour: str) -> str | None:
        if not colour:
            return None
        if not variant.tintable:
            return "It can no longer be tinted."
        return None if colour in self.colours else "Our deck no longer has this color."

    def item(self, thing: Bought, quantity: int | None) -> Item:
        """What a thing without a problem puts into the draft."""
        variant_id, colour = thing
        return Item(variant_id, quantity or 0, self.colours[colour].number if colour else None)


def add_bought(work: Work, quantities: Mapping[Bought, int | None], *, today: date) -> int:
    """Put several things that were bought before into the draft, with the units wanted of each.

    All of them or none. Returns how many.

    :raises BoughtRefused: if some cannot be added.
    :raises Rejected: ``nothing_chosen``.
    """
    if not quantities:
        raise Rejected("nothing_chosen", "Tick at least one product to add.")
    catalog = _look_up(work, quantities, today)
    found = {thing: catalog.problem(thing, n) for thing, n in quantities.items()}
    problems = {thing: words for thing, words in found.items() if words}
    if problems:
        raise BoughtRefused(problems)
    items = [catalog.item(thing, n) for thing, n in quantities.items()]
    put(work, items)
    for item in items:
        _record_added(work, item, catalog.variants[item.variant_id].sku)
    return len(items)


def _record_added(work: Work, item: Item, sku: str) -> None:
    added = ProductAdded(sku=sku, quantity=item.quantity, source="bought_before")
    record_draft(work, added, variant_id=item.variant_id)


def _look_up(work: Work, quantities: Mapping[Bought, int | None], today: date) -> _Catalog:
    session = work.session
    known = variants(session, (variant_id for variant_id, _ in quantities))
    priced = orderable(session, company_id=work.draft.company_id, variant_ids=known, on=today)
    colours = colours_by_number(session, (colour for _, colour in quantities))
    return _Catalog(known, colours, priced, today)
