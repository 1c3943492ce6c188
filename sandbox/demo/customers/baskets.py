"""What a company buys: its own favourite coatings and sundries, the same again and again."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from sandbox.demo.customers.jobs import Job
from sandbox.demo.deck import BASES, Colour
from sandbox.demo.products import Catalogue, Product, Variant, find
from sandbox.demo.tables import rows

SUNDRY_CATEGORIES = (
    "Brushes",
    "Rollers",
    "Trays and buckets",
    "Tape and masking",
    "Drop cloths",
    "Caulk and sealant",
    "Patching",
    "Abrasives",
    "Hand tools",
    "Cleaners and solvents",
    "Safety",
    "Spray equipment",
    "Aerosols",
    "Ladders and access",
    "Wallcovering",
)
_SEASON = (0.1, 0.12, 0.4, 0.8, 1.0, 1.0, 1.0, 1.0, 0.95, 0.7, 0.3, 0.1)
_SMALL = {"tube": 18, "roll": 8, "each": 5, "can": 6, "gallon": 4, "quart": 3}
_REPEAT = 0.3  # share of the orders that are an earlier one, more or less


@dataclass(frozen=True)
class Item:
    """Something that a company puts into its basket: a variant with a color, or none."""

    variant: Variant
    colour: Colour | None = None


@dataclass(frozen=True)
class Coat:
    weight: float
    product: Product
    sheen: str
    ready_mixed: str
    sizes: tuple[tuple[str, float], ...]
    least: int
    most: int
    warm: bool
    slot: str


class Habits:
    """One company's taste. It is fixed when the company comes, so that its orders resemble one another."""

    def __init__(
        self, kind: str, catalogue: Catalogue, source: random.Random, *, curated: bool = False
    ) -> None:
        self.catalogue = catalogue
        self.random = source
        self.mean_lines, weights = _sundry_habits(kind)
        # Bought without a second thought; machines and scaffolds are not among them.
        self._affordable = [
            variant
            for sku, variant in catalogue.by_sku.items()
            if catalogue.product_of[sku].category in SUNDRY_CATEGORIES and variant.list_price < 320
        ]
        self.coats = [self._coat(row[1:], curated) for row in rows("trades") if row[0] == kind]
        self._chances = list(accumulate(self._shares(self._affordable, weights)))
        self.sundries = self._favourites(weights)
        self._past: list[dict[Item, int]] = []

    def basket(self, job: Job, day: date, *, lines: int | None = None) -> dict[Item, int]:
        """The quantities of one order, by item, in the order in which they were put in."""
        if lines is None and self._past and self.random.random() < _REPEAT:
            basket = self._again(day)
        else:
            basket = self._fresh(job, day, lines)
        if lines is None:
            self._past = [*self._past[-5:], basket]
        return basket

    def _fresh(self, job: Job, day: date, lines: int | None) -> dict[Item, int]:
        count = lines or max(1, round(self.random.gammavariate(2, self.mean_lines / 2)))
        if lines is None and self.random.random() < 0.012:
            count *= 4
        coats = 0 if self.random.random() < 0.1 else max(1, round(count * self.random.uniform(0.3, 0.7)))
        basket: dict[Item, int] = {}
        for turn in range(count * 3):
            if len(basket) >= count:
                break
            item, quantity = self._paint(job, day) if turn < coats else self._sundry(wide=turn > count)
            sold = self.catalogue.sold_on(item.variant, day)
            if sold is not None:
                item = Item(sold, item.colour)
                basket[item] = basket.get(item, 0) + quantity
        return basket or {Item(self.sundries[0][0]): 2}

    def _again(self, day: date) -> dict[Item, int]:
        before = self.random.choice(self._past)
        basket: dict[Item, int] = {}
        for item, quantity in before.items():
            sold = self.catalogue.sold_on(item.variant, day)
            if sold is not None and (self.random.random() < 0.8 or len(before) == 1):
                changed = max(1, round(quantity * self.random.choice((0.5, 1, 1, 1, 1, 1.5))))
                item = Item(sold, item.colour)
                basket[item] = basket.get(item, 0) + changed
        return basket or dict(before)

    def _paint(self, job: Job, day: date) -> tuple[Item, int]:
        coat = self.random.choices(self.coats, [_in_season(coat, day) for coat in self.coats])[0]
        sizes, weights = zip(*coat.sizes, strict=True)
        size = self.random.choices(sizes, weights)[0]
        spread = coat.most - coat.least + 1
        quantity = coat.least + int(spread * self.random.random() ** 1.8)
        colour = self._colour(coat, job)
        base = _base_for(coat, colour)
        variant = find(coat.product, sheen=coat.sheen, base=base, size=size)
        if variant is None:
            variant = next(v for v in coat.product.variants if v.base == base)
        return Item(variant, colour), quantity if size != "1 qt" else min(quantity, 3)

    def _colour(self, coat: Coat, job: Job) -> Colour | None:
        if not coat.product.tintable or coat.slot == "none":
            return None
        slot = "second" if coat.slot == "wall" and self.random.random() < 0.25 else coat.slot
        return job.colours[slot]

    def _sundry(self, *, wide: bool) -> tuple[Item, int]:
        if wide or self.random.random() < 0.12:
            variant = self.random.choices(self._affordable, cum_weights=self._chances)[0]
        else:
            variants, weights = zip(*self.sundries, strict=True)
            variant = self.random.choices(variants, weights)[0]
        return Item(variant), self._pieces(variant)

    def _pieces(self, variant: Variant) -> int:
        if variant.list_price > 60:
            return 1 if variant.unit in ("each", "kit") else self.random.randint(1, 2)
        most = _SMALL.get(variant.unit, 3)
        share: float = self.random.random() ** 1.5
        return max(1, round(most * share))

    def _coat(self, row: tuple[str, ...], curated: bool) -> Coat:
        weight, products, sheens, sizes, quantity, season, slot = row
        codes = products.split(";")
        product = self.catalogue.by_code[codes[0] if curated else self.random.choice(codes)]
        made = {variant.sheen for variant in product.variants}
        wanted = [sheen for sheen in sheens.split(";") if sheen in made] or sorted(made)
        sizes_made = {variant.size for variant in product.variants}
        pairs = [(size, float(share or 1)) for size, _, share in (s.partition("*") for s in sizes.split(";"))]
        bases = sorted({v.base for v in product.variants} - {*BASES, "Tint base"})
        least, most = quantity.split("-")
        return Coat(
            weight=float(weight),
            product=product,
            sheen=wanted[0] if curated else self.random.choice(wanted),
            ready_mixed=self.random.choice(bases) if bases else "",
            sizes=tuple(p for p in pairs if p[0] in sizes_made) or ((product.variants[0].size, 1.0),),
            least=int(least),
            most=int(most),
            warm=season == "warm",
            slot=slot,
        )

    def _favourites(self, weights: dict[str, float]) -> list[tuple[Variant, float]]:
        """About twenty sundries that the company always takes, the first of them most often."""
        pool = [variant for variant in self._affordable if variant.list_price < 90]
        shares = self._shares(pool, weights)
        chosen = list(dict.fromkeys(self.random.choices(pool, shares, k=26)))
        return [(variant, 1 / (rank + 2)) for rank, variant in enumerate(chosen)]

    def _shares(self, pool: list[Variant], weights: dict[str, float]) -> list[float]:
        """How likely each variant is: by its category, shared out so that many variants do not win by number."""
        categories = [self.catalogue.product_of[variant.sku].category for variant in pool]
        size = Counter(categories)
        return [weights[category] / size[category] for category in categories]


def _base_for(coat: Coat, colour: Colour | None) -> str:
    bases = [variant.base for variant in coat.product.variants if variant.sheen == coat.sheen]
    if colour is None:
        return coat.ready_mixed if coat.ready_mixed in bases else bases[0]
    if "Tint base" in bases:
        return "Tint base"
    # A product without a clear base takes its deepest base for dark colors.
    return colour.base if colour.base in bases else [base for base in BASES if base in bases][-1]


def _in_season(coat: Coat, day: date) -> float:
    return coat.weight * _SEASON[day.month - 1] if coat.warm else coat.weight


def _sundry_habits(kind: str) -> tuple[float, dict[str, float]]:
    for name, lines, *weights in rows("sundry_habits"):
        if name == kind:
            return float(lines), dict(zip(SUNDRY_CATEGORIES, map(float, weights), strict=True))
    raise LookupError(kind)
