"""What the company bought before: tick several, add them at once."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.catalog.products.facts import ProductListViewed
from portal.orders.drafts.use_cases import drafts as drafting
from portal.orders.pages import blueprint
from portal.orders.quantities import parse_quantity
from portal.orders.reorder.queries.bought import bought_before as read_bought
from portal.orders.reorder.use_cases.reorder import add_bought
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, now, today
from portal.web.ui import flash

Key = tuple[int, str]


@blueprint.get("/bought-before")
@needs("drafts:write")
def bought_before() -> str:
    """Last bought first; search by name, SKU or colour."""
    return _page({}, {}, "")


def _page(typed: Mapping[str, str], problems: Mapping[str, str], message: str) -> str:
    words = request.values.get("q", "").replace("\x00", "").strip()[:80]
    after = request.values.get("after")
    company_id = actor().customer_id
    page = read_bought(
        db(), company_id=company_id, today=today(), store_id=visit().store_id, words=words, after=after
    )
    if request.method == "GET":
        viewed(
            ProductListViewed(list="bought_before", results=len(page.rows), query_length=len(words)),
            account_id=company_id,
        )
    return render_template(
        "orders/reorder/bought_before.html",
        page=page,
        words=words,
        after=after,
        typed=typed,
        problems=problems,
        message=message,
        today=today(),
        store_name=visit().store_name,
        currency=visit().currency,
    )


@blueprint.post("/bought-before/lines")
@needs("drafts:write")
def add_bought_lines() -> Response | tuple[str, int]:
    """Put the ticked ones into the current draft; all of them, or none and the reasons."""
    picked = list(dict.fromkeys(request.form.getlist("pick")))[:200]
    keys: dict[Key, str] = {key: text for text in picked if (key := _key(text)) is not None}
    wanted = {key: parse_quantity(request.form.get(f"quantity-{text}")) for key, text in keys.items()}
    seen = visit()
    with refusing() as tried:
        current = drafting.current_draft(
            db(), actor=actor(), now=now(), store_id=seen.store_id, job_id=seen.job_id
        )
        added = add_bought(db(), actor=actor(), now=now(), today=today(), draft=current, quantities=wanted)
    if (no := tried.refused) is not None:
        problems = {keys[key]: words for key, words in (no.details or {}).items()}
        typed = {text: request.form.get(f"quantity-{text}", "") for text in picked}
        return _page(typed, problems, no.message), 422
    flash("ok", f"{plural(added, 'line')} added to your draft.")
    return redirect(url_for("orders.current_draft"))


def _key(text: str) -> Key | None:
    variant, _, colour = text.replace("\x00", "").partition(":")
    return (int(variant), colour) if variant.isascii() and variant.isdigit() and len(variant) < 16 else None
