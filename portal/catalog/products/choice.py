"""Choosing one variant of a product by sheen, base and size, with links alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.catalog.products.queries.variants import VariantInfo
from portal.catalog.sizes import size_order

ASPECTS = (("sheen", "Sheen"), ("tint_base", "Base"), ("size", "Size"))


@dataclass(frozen=True)
class Option:
    """A value of an aspect, and the variant that choosing it leads to."""

    label: str
    variant: VariantInfo
    is_chosen: bool
    keeps_rest: bool  # False: choosing it changes another aspect too


@dataclass(frozen=True)
class Aspect:
    label: str
    options: list[Option]


def chosen_variant(variants: Sequence[VariantInfo], sku: str, today: date) -> VariantInfo:
    """The requested variant; without one, the first that is still sold."""
    by_sku = {each.sku: each for each in variants}
    if sku in by_sku:
        return by_sku[sku]
    return next((each for each in variants if not each.is_discontinued(today)), variants[0])


def aspects(variants: Sequence[VariantInfo], chosen: VariantInfo) -> list[Aspect]:
    """Aspects in which the variants differ, each with its values.

    A value leads to the variant that has it and keeps as many chosen values as possible.
    """
    found = []
    for name, label in ASPECTS:
        values = {getattr(each, name) for each in variants} - {""}
        if len(values) < 2:
            continue
        ordered = sorted(values, key=size_order) if name == "size" else sorted(values)
        found.append(Aspect(label, [_option(variants, chosen, name, value) for value in ordered]))
    return found


def _option(variants: Sequence[VariantInfo], chosen: VariantInfo, name: str, value: str) -> Option:
    others = [each for each, _ in ASPECTS if each != name]

    def same(variant: VariantInfo) -> int:
        return sum(getattr(variant, each) == getattr(chosen, each) for each in others)

    best = max((each for each in variants if getattr(each, name) == value), key=same)
    return Option(value, best, getattr(chosen, name) == value, same(best) == len(others))
