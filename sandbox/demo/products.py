"""Products and their variants, unfolded from the tables of coatings and of sundries."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from sandbox.demo.tables import rows

_GALLONS = {
    "1 qt": "0.36",
    "1 gal": "1",
    "5 gal": "4.72",
    "1 gal kit": "1.04",
    "2 gal kit": "2",
    "3 gal kit": "2.94",
    "5 gal kit": "4.8",
}
_UNITS = {"1 qt": "quart", "1 gal": "gallon", "5 gal": "pail"}
_SIZE_CODES = {"1 qt": "QT", "1 gal": "01", "5 gal": "05"}
_BASE_CODES = {"White base": "W", "Deep base": "D", "Clear base": "C", "Tint base": "T"}
_BASE_EXTRA = {"Deep base": Decimal("1.03"), "Clear base": Decimal("1.05")}
_CHOICE = re.compile(r"\{([^}]*)\}")


@dataclass(eq=False)  # one object per SKU, so that it can be in sets and a key
class Variant:
    sku: str
    name: str
    size: str
    sheen: str
    base: str
    unit: str
    pack_size: int  # sold in multiples of this
    list_price: Decimal
    discontinued_on: date | None = None
    replacement: Variant | None = None


@dataclass
class Product:
    code: str
    name: str
    category: str
    description: str
    tintable: bool
    variants: list[Variant] = field(default_factory=list)

    @property
    def data_sheet_url(self) -> str:
        kind = "" if self.category in _WITHOUT_SHEET else f"{self.code.lower()}.pdf"
        return f"https://example.com/aldermoor/data-sheets/{kind}" if kind else ""


_WITHOUT_SHEET = {"Brushes", "Rollers", "Trays and buckets", "Drop cloths", "Hand tools", "Color tools"}


class Catalogue:
    """All products as they are on one day, with quick ways to the variants."""

    def __init__(self, today: date) -> None:
        self.products = [*_coatings(), *_sundries()]
        self.by_sku = {variant.sku: variant for product in self.products for variant in product.variants}
        self.product_of = {variant.sku: product for product in self.products for variant in product.variants}
        self.by_code = {product.code: product for product in self.products}
        for begin, days, instead in rows("discontinued"):
            self._discontinue(begin, today - timedelta(days=int(days)), instead)

    def _discontinue(self, begin: str, day: date, instead: str) -> None:
        for sku, variant in self.by_sku.items():
            if sku.startswith(begin):
                variant.discontinued_on = day
                # A size that the successor is not made in stays without replacement.
                variant.replacement = self.by_sku.get(sku.replace(begin, instead, 1)) if instead else None

    def sold_on(self, variant: Variant, day: date) -> Variant | None:
        """The variant that one gets on a day when asking for this one, or None when it is gone."""
        if variant.discontinued_on is None or day < variant.discontinued_on:
            return variant
        return variant.replacement


def find(product: Product, **wanted: str) -> Variant | None:
    """The first variant whose columns have the wanted values: `find(p, size="1 gal", sheen="Satin")`."""
    for variant in product.variants:
        if all(getattr(variant, column) == value for column, value in wanted.items()):
            return variant
    return None


def shelf_price(amount: Decimal) -> Decimal:
    """A price as shops write it: the last digit is a nine."""
    return amount.quantize(Decimal("0.1"), ROUND_DOWN) + Decimal("0.09")


def _coatings() -> list[Product]:
    products = []
    for code, name, category, sheens, bases, sizes, price, tintable, description in rows("coatings"):
        product = Product(code, name, category, description, tintable == "yes")
        for (rank, sheen), base, size in itertools.product(
            enumerate(sheens.split(";")), bases.split(";"), sizes.split(";")
        ):
            amount = Decimal(price) * Decimal(_GALLONS[size]) * (1 + Decimal("0.015") * rank)
            looks = ", ".join(dict.fromkeys(part.lower() for part in (sheen, base)))
            product.variants.append(
                Variant(
                    sku=f"{code}-{_sheen_code(sheen)}-{_base_code(base)}-{_size_code(size)}",
                    name=f"{name}, {looks}, {size}",
                    size=size,
                    sheen=sheen,
                    base=base,
                    unit=_UNITS.get(size, "kit"),
                    pack_size=1,
                    list_price=shelf_price(amount * _BASE_EXTRA.get(base, Decimal(1))),
                )
            )
        products.append(product)
    return products


def _sundries() -> list[Product]:
    products = []
    numbers: dict[str, itertools.count[int]] = {}
    for prefix, category, template, unit, pack, sizes, description in rows("sundries"):
        number = numbers.setdefault(prefix, itertools.count(101))
        for name, extra in _names(template):
            product = Product(f"{prefix}-{next(number)}", name, category, description, tintable=False)
            for size, _, price in (part.partition("=") for part in sizes.split(";")):
                product.variants.append(
                    Variant(
                        sku=f"{product.code}-{_size_code(size)}" if size else product.code,
                        name=f"{name}, {size}" if size else name,
                        size=size,
                        sheen="",
                        base="",
                        unit=unit,
                        pack_size=int(pack),
                        list_price=Decimal(price) + extra,
                    )
                )
            products.append(product)
    return products


def _names(template: str) -> list[tuple[str, Decimal]]:
    """Each name that a template makes, with what its words add to the price."""
    choices = [[_word(choice) for choice in group.split(";")] for group in _CHOICE.findall(template)]
    pattern = _CHOICE.sub("{}", template)
    names = []
    for picked in itertools.product(*choices):
        name = pattern.format(*(word for word, _ in picked))
        extra = sum((add for _, add in picked), Decimal(0))
        names.append((name[:1].upper() + name[1:], extra))
    return names


def _word(choice: str) -> tuple[str, Decimal]:
    word, _, extra = choice.partition(":")
    return word, Decimal(extra or 0)


def _sheen_code(sheen: str) -> str:
    first, _, second = sheen.replace("-", " ").partition(" ")
    return (first[:1] + second[:1] if second else first[:2]).upper()


def _base_code(base: str) -> str:
    if base in _BASE_CODES:
        return _BASE_CODES[base]
    *first, last = base.split()
    return ("".join(word[0] for word in first) + last[: 3 - len(first)]).upper()


def _size_code(size: str) -> str:
    if size in _SIZE_CODES:
        return _SIZE_CODES[size]
    if size.endswith(" gal kit"):
        return f"{int(size.split()[0]):02d}K"
    return re.sub(r"[^0-9A-Z.-]", "", size.upper().replace("/", "-"))
