"""The color picker, part of two pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from portal.catalog.colours.queries import (
    ColourFamily,
    ColourInfo,
    colour_families,
    colours_by_number,
    colours_in,
    search_colours,
)
from portal.web.forms import strip
from portal.web.transaction import db

PICKER = "colour"  # id of the picker on a product's page


@dataclass(frozen=True)
class Picker:
    """The colours that the deck shows. With a ``sku``, a colour links to choosing it for that variant."""

    sku: str
    product_code: str
    words: str
    family: str
    chosen: ColourInfo | None
    families: list[ColourFamily] = field(default_factory=list)
    colours: list[ColourInfo] = field(default_factory=list)

    def href(self, **changes: Any) -> str:
        """The product's page (or the deck's) with another search, family or colour."""
        if self.product_code:
            return url_for(".product", code=self.product_code, sku=self.sku, _anchor=PICKER, **changes)
        return url_for(".colours", **changes)

    @property
    def keeps(self) -> dict[str, str]:
        """Hidden fields of the search form."""
        return {"sku": self.sku} if self.sku else {}


def picker(sku: str, product_code: str) -> Picker:
    """The deck for the request's ``colour`` (chosen), ``colour_q`` (search) or ``family``."""
    words = strip(request.args.get("colour_q", ""))[:60]
    family = strip(request.args.get("family", ""))
    asked = strip(request.args.get("colour", ""))
    chosen = colours_by_number(db(), [asked]).get(asked) if asked else None
    found = Picker(sku, product_code, words, family, chosen)
    if chosen is not None and not words and not family:
        return found
    if words:
        found.colours.extend(search_colours(db(), words=words))
    elif family:
        found.colours.extend(colours_in(db(), family=family))
    else:
        found.families.extend(colour_families(db()))
    return found
