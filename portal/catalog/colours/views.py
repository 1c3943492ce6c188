"""The colour deck: its own page, and the picker on the page of a tintable product."""

from __future__ import annotations

from flask import render_template, request

from portal.catalog.colours.page import picker
from portal.catalog.pages import blueprint
from portal.catalog.products.facts import ProductListViewed
from portal.web.access import needs
from portal.web.htmx import wants_fragment
from portal.web.sessions import actor, visit
from portal.web.touch import viewed


@blueprint.get("/colours")
@needs("catalog:read")
def colours() -> str:
    """The deck; for a script on a product's page (``sku``, ``product``) only the picker."""
    found = picker(request.args.get("sku", "").strip(), request.args.get("product", "").strip())
    if wants_fragment():
        return render_template("catalog/colours/_colours.html", picker=found)
    viewed(
        ProductListViewed(list="colours", results=len(found.colours)),
        account_id=actor().company_id,
        store_id=visit().store_id,
    )
    return render_template("catalog/colours/colours.html", picker=found)
