"""Stores near you, with the stock of the current draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.orders.checkout.queries.choices import StoreChoice, offer
from portal.orders.drafts.lines import Line
from portal.orders.drafts.queries import current_head, read_lines
from portal.orders.promise import when_words
from portal.stores.near.facts import AvailabilityChecked
from portal.stores.pages import blueprint
from portal.stores.store.queries import City, cities, stores_by_id
from portal.stores.store.use_cases import choose_store
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, now
from portal.web.ui import flash
from portal.web.urls import local_path


@dataclass(frozen=True)
class Origin:
    """Where distances are measured from: latitude and longitude in degrees, and its name."""

    words: str
    position: tuple[float, float] | None
    is_store: bool = False


@dataclass(frozen=True)
class NearPage:
    """Stores by distance, with the stock of the current draft; ``names`` are those of its variants."""

    stores: Sequence[StoreChoice]
    towns: Sequence[City]
    origin: Origin
    town: str
    names: Mapping[int, str]
    when: Callable[[datetime, str], str]
    context_store_id: int | None
    may_choose: bool
    here: str


@blueprint.get("/stores")
@needs("stores:read")
def near() -> str:
    """Stores by distance from the browser's position (``lat``, ``lon``), a town, or the current store."""
    seen = visit()
    towns = cities(db())
    origin = _origin(towns)
    lines = _draft_lines()
    found = offer(db(), lines=lines, now=now(), near=origin.position, store_id=seen.store_id).stores
    _record_availability_checked(len(found), len(lines))
    page = NearPage(
        stores=found,
        towns=towns,
        origin=origin,
        town=request.args.get("city", ""),
        names={line.variant_id: line.name for line in lines},
        when=lambda moment, zone: when_words(moment, zone, now()),
        context_store_id=seen.store_id,
        may_choose=actor().can("context:switch"),
        here=request.full_path.rstrip("?"),
    )
    return render_template("stores/near/near.html", page=page)


@blueprint.post("/stores/choice", endpoint="choose_store")
@needs("context:switch")
def store_choice() -> Response:
    """Work with another store; the form says where to go back to (``next``)."""
    chosen = choose_store(
        db(),
        actor=actor(),
        now=now(),
        code=strip(request.form.get("store", "")),
        store_before=visit().store_id,
    )
    flash("ok", f"You now see the stock and hours of {chosen.name}.")
    return redirect(local_path(request.form.get("next"), url_for(".near")))


def _record_availability_checked(stores: int, lines: int) -> None:
    checked = AvailabilityChecked(stores=stores, lines=lines)
    viewed(checked, account_id=actor().company_id, store_id=visit().store_id)


def _origin(towns: list[City]) -> Origin:
    latitude, longitude = _degrees("lat", 90), _degrees("lon", 180)
    if latitude is not None and longitude is not None:
        return Origin("your location", (latitude, longitude))
    asked = request.args.get("city", "")
    town = next((each for each in towns if each.key == asked), None)
    if town is not None:
        return Origin(town.name, (town.latitude, town.longitude))
    store_id = visit().store_id
    store = stores_by_id(db(), [store_id]).get(store_id) if store_id is not None else None
    if store is None:
        return Origin("", None)
    return Origin(store.name, (store.latitude, store.longitude), is_store=True)


def _degrees(name: str, most: int) -> float | None:
    try:
        value = float(request.args.get(name, "")[:24])
    except ValueError:
        return None
    return value if abs(value) <= most else None  # NaN compares false too


def _draft_lines() -> list[Line]:
    if not visit().draft_lines or not actor().can("drafts:read"):
        return []
    head = current_head(db(), actor())
    return read_lines(db(), head.id) if head is not None else []
