"""The colour deck, on its own page and on that of a product."""

from __future__ import annotations

from tests.page import PageClient
from tests.pages.catalog.scene import Scene


def test_colours_are_found_and_picked_without_scripts(buyer: PageClient, scene: Scene) -> None:
    buyer.get(f"/products/{scene.code}?sku=EW-4410-1&colour_q=harbr+fog")
    assert buyer.page is not None
    links = {str(each.get("href")) for each in buyer.page.iter("a")}
    assert f"/products/{scene.code}?sku=EW-4410-1&colour=TC-0001#colour" in links
    buyer.get(f"/products/{scene.code}?colour_q=zzz")
    assert "No colour is like “zzz”" in buyer.text
    buyer.get("/colours?family=grey")
    assert "Harbor Fog" in buyer.text
    asked = f"/colours?colour_q=fog&sku=EW-4410-1&product={scene.code}"
    buyer.get(asked, headers={"HX-Request": "true"})
    assert not buyer.body.lstrip().startswith("<!doctype")
    assert "Harbor Fog" in buyer.text
