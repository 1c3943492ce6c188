"""Why this price: every rule, and why it applies or does not."""

from __future__ import annotations

from datetime import date

from tests.builders import Build
from tests.page import PageClient
from tests.pages.catalog.scene import EVER, Scene


def test_why_names_every_rule_and_its_fate(buyer: PageClient, scene: Scene, build: Build) -> None:
    build.contract_price(scene.ours, scene.wall, "38", contract="C-77", min_quantity=24)
    build.contract_price(
        scene.ours, scene.wall, "45", contract="C-70", valid_from=date(2019, 1, 1), valid_to=EVER
    )
    buyer.get("/products/why/ew44101?quantity=10")
    for words in (
        "$41.2055",
        "when Harbour Painting orders 10",
        "is agreed with your company, so it goes before the price list",
        "This price holds",
        "Needs 14 more: it starts at 24.",
        "Ended on 1 Jan 2020.",
        "Your contract goes before it.",
    ):
        assert words in buyer.text, words
    buyer.get("/products/why/EW-4410-1?quantity=24")
    assert "A larger quantity step applies." in buyer.text
    buyer.get("/products/why/BR-2?quantity=" + "9" * 5000)
    assert "no contract price holds" in buyer.text
    build.variant("XX-1", price=None)
    buyer.get("/products/why/XX-1?quantity=-4")
    assert "There is no price for 1 of this" in buyer.text
