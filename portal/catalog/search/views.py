"""Finding products: by number, by name, by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, render_template, request, url_for

from portal.catalog.pages import blueprint
from portal.catalog.prices.page import Offer, offers
from portal.catalog.products.facts import ProductListViewed
from portal.catalog.products.queries.products import ProductRow, categories, products_in
from portal.catalog.search.facts import ProductsSearched
from portal.catalog.search.parsed_query import parse_query
from portal.catalog.search.queries.search import Hit, closest_names, search
from portal.catalog.search.queries.statement import Search
from portal.foundation.paging import Page
from portal.touchpoints.scrub import scrubbed
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.htmx import wants_fragment
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, today


@dataclass(frozen=True)
class ResultsPage:
    """What a query found. ``spellings``: similar names, if it found nothing."""

    hits: Page[Hit]
    offers: Mapping[int, Offer]
    spellings: Sequence[str]
    store_name: str | None
    is_continued: bool


@dataclass(frozen=True)
class CategoryPage:
    """Products of a category."""

    products: Page[ProductRow]
    is_continued: bool


@blueprint.get("/products", endpoint="search")
@needs("catalog:read")
def products() -> str:
    """One address for all of it: without parameters the categories, with a category its products, with a query its
    results."""
    asked = Search(
        parse_query(request.args.get("q", "")),
        strip(request.args.get("category", "")),
        request.args.get("after"),
    )
    if not asked.query.is_empty:
        return _results(asked)
    if asked.category:
        return _category(asked)
    return _page("_start.html", asked, categories=categories(db()), bought_href=_bought_href())


def _bought_href() -> str | None:
    known = "orders.bought_before" in current_app.view_functions and actor().can("drafts:write")
    return url_for("orders.bought_before") if known else None


def _results(asked: Search) -> str:
    who, seen = actor(), visit()
    found = search(db(), asked, company_id=who.customer_id, store_id=seen.store_id, today=today())
    page = ResultsPage(
        hits=found,
        offers=offers(db(), actor=who, variants=(hit.variant for hit in found.rows), today=today()),
        spellings=[] if found.rows else closest_names(db(), asked.query),
        store_name=seen.store_name,
        is_continued=bool(asked.cursor),
    )
    viewed(_searched(asked, len(found.rows)), account_id=who.company_id, store_id=seen.store_id)
    return _page("_results.html", asked, page=page)


def _searched(asked: Search, results: int) -> ProductsSearched:
    query = asked.query
    return ProductsSearched(
        results=results,
        query=scrubbed(query.text),
        query_kind="number" if query.is_number_like else "name",
        query_length=len(query.text),
        filters=["category"] if asked.category else [],
    )


def _category(asked: Search) -> str:
    found = products_in(db(), category=asked.category, cursor=asked.cursor)
    viewed(
        # Anybody can type anything into an address, so the name of an unknown category is not recorded.
        ProductListViewed(list=asked.category[:60] if found.rows else "none", results=len(found.rows)),
        account_id=actor().company_id,
        store_id=visit().store_id,
    )
    return _page("_category.html", asked, page=CategoryPage(found, is_continued=bool(asked.cursor)))


def _page(part: str, asked: Search, **values: object) -> str:
    template = "catalog/search/_found.html" if wants_fragment() else "catalog/search/search.html"
    query, category = asked.query, asked.category
    return render_template(template, part=f"catalog/search/{part}", asked=query, category=category, **values)
