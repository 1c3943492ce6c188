"""What the company bought before: tick several, add them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.catalog.products.facts import ProductListViewed
from portal.foundation.inputs import read_id, read_text, strip_nul
from portal.foundation.paging import Page
from portal.orders.drafts.use_cases.drafts import take_current
from portal.orders.pages import blueprint
from portal.orders.quantities import parse_quantity
from portal.orders.reorder.queries.bought import BoughtRow, bought_before
from portal.orders.reorder.refusals import Bought, BoughtRefused
from portal.orders.reorder.use_cases.bought import add_bought
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, now, only_reads, today
from portal.web.ui import flash


@dataclass(frozen=True, kw_only=True)
class BoughtPage:
    """What the page shows. ``typed`` and ``problems`` are by the keys of its rows."""

    found: Page[BoughtRow]
    words: str
    after: str | None
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    message: str
    store_name: str | None
    currency: str


@blueprint.get("/bought-before", endpoint="bought_before")
@needs("drafts:write")
def show_bought() -> str:
    """Last bought first; search by name, SKU or color."""
    return _page({}, {}, "")


def _page(typed: Mapping[str, str], problems: Mapping[str, str], message: str) -> str:
    words = read_text(request.values, "q", 80)
    after = request.values.get("after")
    company_id, seen = actor().customer_id, visit()
    found = bought_before(
        db(), company_id=company_id, today=today(), store_id=seen.store_id, words=words, after=after
    )
    _record_list(len(found.rows), words)
    page = BoughtPage(
        found=found,
        words=words,
        after=after,
        typed=typed,
        problems=problems,
        message=message,
        store_name=seen.store_name,
        currency=seen.currency,
    )
    return render_template("orders/reorder/bought_before.html", page=page, today=today())


def _record_list(rows: int, words: str) -> None:
    if only_reads():
        seen = ProductListViewed(list="bought_before", results=rows, query_length=len(words))
        viewed(seen, account_id=actor().customer_id)


@blueprint.post("/bought-before/lines")
@needs("drafts:write")
def add_bought_lines() -> Response | tuple[str, int]:
    """Put the ticked ones into the current draft; all of them, or none and the reasons."""
    picked = list(dict.fromkeys(request.form.getlist("pick")))[:200]
    keys: dict[Bought, str] = {key: text for text in picked if (key := _key(text)) is not None}
    wanted = {key: parse_quantity(request.form.get(f"quantity-{text}")) for key, text in keys.items()}
    seen = visit()
    with refusing() as tried:
        current = take_current(db(), actor=actor(), now=now(), store_id=seen.store_id, job_id=seen.job_id)
        added = add_bought(current, wanted, today=today())
    if (no := tried.refused) is not None:
        found = no.problems if isinstance(no, BoughtRefused) else {}
        problems = {keys[key]: words for key, words in found.items()}
        typed = {text: request.form.get(f"quantity-{text}", "") for text in picked}
        return _page(typed, problems, no.message), 422
    flash("ok", f"{plural(added, 'line')} added to your draft.")
    return redirect(url_for("orders.current_draft"))


def _key(text: str) -> Bought | None:
    variant, _, colour = strip_nul(text).partition(":")
    variant_id = read_id(variant)
    return None if variant_id is None else (variant_id, colour)
