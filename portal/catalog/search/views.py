"""Finding products: by number, by name, by category."""

from __future__ import annotations

from flask import current_app, render_template, request, url_for

from portal.catalog.pages import blueprint
from portal.catalog.prices.page import offers
from portal.catalog.products.facts import ProductListViewed
from portal.catalog.products.queries.products import categories, products_in
from portal.catalog.search import queries as search_queries
from portal.catalog.search import words as wording
from portal.catalog.search.facts import ProductsSearched
from portal.catalog.search.queries import closest_names
from portal.catalog.search.words import Wording
from portal.touchpoints.scrub import scrubbed
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.htmx import wants_fragment
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, today


@blueprint.get("/products")
@needs("catalog:read")
def search() -> str:
    """One address for all of it: nothing asked shows the categories, a category its products, words their hits."""
    asked = wording.read(request.args.get("q", ""))
    category = strip(request.args.get("category", ""))
    cursor = request.args.get("after")
    if not asked.is_empty:
        return _results(asked, category, cursor)
    if category:
        return _category(category, cursor)
    return _page(
        "_start.html", asked=asked, category="", categories=categories(db()), bought_href=_bought_href()
    )


def _bought_href() -> str | None:
    known = "orders.bought_before" in current_app.view_functions and actor().can("drafts:write")
    return url_for("orders.bought_before") if known else None


def _results(asked: Wording, category: str, cursor: str | None) -> str:
    who, seen = actor(), visit()
    page = search_queries.search(
        db(),
        company_id=who.customer_id,
        store_id=seen.store_id,
        wording=asked,
        today=today(),
        category=category,
        cursor=cursor,
    )
    found = offers(db(), actor=who, variants=(hit.variant for hit in page.rows), today=today())
    spellings = [] if page.rows else closest_names(db(), wording=asked)
    viewed(
        ProductsSearched(
            results=len(page.rows),
            query=scrubbed(asked.text),
            query_kind="number" if asked.is_number_like else "name",
            query_length=len(asked.text),
            filters=["category"] if category else [],
        ),
        account_id=who.company_id,
        store_id=seen.store_id,
    )
    return _page(
        "_results.html",
        asked=asked,
        category=category,
        page=page,
        offers=found,
        spellings=spellings,
        store_name=seen.store_name,
        is_continued=bool(cursor),
    )


def _category(category: str, cursor: str | None) -> str:
    page = products_in(db(), category=category, cursor=cursor)
    viewed(
        ProductListViewed(list=category[:60] if page.rows else "none", results=len(page.rows)),
        account_id=actor().company_id,
        store_id=visit().store_id,
        # Of a category that does not exist only that: anybody can write anything into an address.,
    )
    return _page(
        "_category.html", asked=wording.read(""), category=category, page=page, is_continued=bool(cursor)
    )


def _page(part: str, **values: object) -> str:
    template = "catalog/search/_found.html" if wants_fragment() else "catalog/search/search.html"
    return render_template(template, part=f"catalog/search/{part}", **values)
