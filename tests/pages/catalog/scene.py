"""What the tests of catalog pages start from."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.catalog.models import Product, Variant
from tests.builders import Build

EVER = date(2020, 1, 1)


class Scene:
    """Two companies on one list, one with a contract; a store with stock; a tintable and a plain product."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.store = build.store("Dock Street")
        self.far = build.store("Quarry Road", latitude=43.5)
        self.ours = build.company("Harbour Painting", home_store_id=self.store.id)
        self.theirs = build.company("Quay Decorators", home_store_id=self.store.id)
        self.buyer = build.user(self.ours)
        self.other = build.user(self.theirs)
        self.wall = build.variant(
            "EW-4410-1",
            name="Evenwall Satin, white base, 1 gal",
            product_name="Evenwall",
            price="50",
            tintable=True,
            sheen="Satin",
            tint_base="White base",
        )
        self.pail = self.kind("EW-4410-5", "Evenwall Satin, white base, 5 gal", size="5 gal", price="210")
        self.deep = self.kind(
            "EW-4420-1", "Evenwall Satin, deep base, 1 gal", tint_base="Deep base", price="52"
        )
        self.brush = build.variant(
            "BR-2", name="Sash brush, 2 in", product_name="Sash brush", price="11.79", size="2 in"
        )
        build.list_price(self.brush, "10.50", min_quantity=12)
        build.contract_price(self.ours, self.wall, "41.2055", contract="C-77")
        build.part_number(self.ours, self.wall, "WALL-07")
        build.stock(self.store, self.wall, 12, reserved=3)
        build.stock(self.far, self.wall, 80)
        build.colour("TC-0001", "Harbor Fog", "#9AA7AB")

    def kind(self, sku: str, name: str, price: str, **fields: Any) -> Variant:
        """One more variant of the wall paint."""
        values = {"sheen": "Satin", "tint_base": "White base", "size": "1 gal", **fields}
        made: Variant = self.build._add(
            Variant(sku=sku, name=name, product_id=self.wall.product_id, **values)
        )
        self.build.list_price(made, price)
        return made

    @property
    def code(self) -> str:
        return self.build.session.get_one(Product, self.wall.product_id).code


def field(form: Any, name: str) -> str | None:
    """The value of a form's field."""
    return next((each.get("value") for each in form.iter("input") if each.get("name") == name), None)
