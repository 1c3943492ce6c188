"""Pickup or delivery: where, when, who, and under which PO number."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts.models import User
from portal.foundation.clock import local
from portal.foundation.errors import NotFound
from portal.orders.checkout.day_words import spoken_day
from portal.orders.checkout.facts import CheckoutStepViewed
from portal.orders.checkout.forms import read_choice
from portal.orders.checkout.queries.choices import Offer, offer, windows_by_day
from portal.orders.checkout.terms import first_delivery_day
from portal.orders.checkout.use_cases.choices import Choice, choose
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.forms import DRAFT, read_id
from portal.orders.drafts.lines import Line
from portal.orders.drafts.page import store_of
from portal.orders.drafts.queries import DraftHead, addresses_of, jobs_of, own_head, priced_lines
from portal.orders.pages import blueprint
from portal.orders.promise import clock_words
from portal.stores.models import Store
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, now, today

# Shown before "more stores" on a phone.
FIRST_STORES = 3
# The fields of the page in words, and the places to which a refusal leads where that is not the field itself.
FIELDS = {
    "store_id": "Store",
    "window": "Pickup time",
    "when_short": "Missing stock",
    "po_number": "PO number",
    "job_id": "Job",
    "delivery_date": "Delivery date",
    "address_id": "Address",
}
TARGETS = {"store_id": "stores", "when_short": "when-short", "address_id": "address"}


@blueprint.get(f"{DRAFT}/pickup")
@needs("orders:place")
def pickup(draft_id: int) -> str | Response:
    """The stores near with the stock of this draft, and the chosen one's pickup times; or delivery."""
    head = own_head(db(), actor(), draft_id)
    if head.draft.state not in OPEN_DRAFTS:
        return redirect(url_for("orders.draft", draft_id=draft_id))
    page = _page(head, _as_it_is(head), {}, "")
    return page if page is not None else redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/pickup")
@needs("orders:place")
def choose_pickup(draft_id: int) -> Response | tuple[str, int]:
    """Store the choice and go on to the review."""
    choice = read_choice(request.form)
    with refusing() as tried:
        choose(db(), actor=actor(), now=now(), today=today(), draft_id=draft_id, choice=choice)
    if (no := tried.refused) is not None:
        page = _page(own_head(db(), actor(), draft_id), choice, no.details or {}, no.message)
        return (page, 422) if page is not None else redirect(url_for("orders.draft", draft_id=draft_id))
    return redirect(url_for("orders.review", draft_id=draft_id))


def _as_it_is(head: DraftHead) -> Choice:
    """The form's first state: what the draft says, else what the visit and the person suggest."""
    draft, asked = head.draft, request.args
    store_id = read_id(asked.get("store_id")) or store_of(head)[0]
    fulfilment = asked.get("fulfilment") or draft.fulfilment
    same_store = store_id == draft.store_id
    phone = draft.pickup_phone
    if not phone and not draft.checkout_at:
        phone = db().scalar(select(User.phone).where(User.id == actor().subject_user_id)) or ""
    return Choice(
        fulfilment="delivery" if fulfilment == "delivery" else "pickup",
        store_id=store_id,
        window_start=draft.window_start if same_store else None,
        pickup_person=draft.pickup_person
        or ("" if draft.checkout_at else actor().acting_for_name or actor().name),
        pickup_phone=phone,
        address_id=draft.address_id,
        delivery_date=draft.delivery_date,
        po_number=draft.po_number,
        job_id=draft.job_id or (None if draft.checkout_at else visit().job_id),
        note=draft.note,
        when_short="backorder" if draft.allow_backorder else "",
    )


def _page(head: DraftHead, choice: Choice, problems: Mapping[str, str], message: str) -> str | None:
    lines = priced_lines(db(), company_id=head.company.id, draft_id=head.id, today=today())
    if not lines:
        return None
    home = db().get(Store, visit().store_id) if visit().store_id else None
    near = (home.latitude, home.longitude) if home else None
    found = offer(db(), lines=lines, now=now(), near=near, store_id=choice.store_id)
    if found.chosen is None:
        raise NotFound
    zone = found.chosen.near.store.time_zone
    viewed(
        CheckoutStepViewed(step="pickup", lines=len(lines), problems=len(problems)),
        account_id=head.company.id,
        store_id=found.chosen.id,
        links={"draft_id": head.id},
    )
    return render_template(
        "orders/checkout/pickup.html",
        head=head,
        choice=choice,
        lines=lines,
        offer=found,
        first_stores=FIRST_STORES,
        short=_short(lines, found),
        days=windows_by_day(found.windows, found.chosen),
        addresses=addresses_of(db(), head.company.id) if choice.fulfilment == "delivery" else [],
        job_options=[
            (job.id, f"{job.name} (PO {job.po_number})" if job.po_number else job.name)
            for job in jobs_of(db(), head.company.id, choice.job_id)
        ],
        first_day=first_delivery_day(local(now(), zone).date()),
        zone=zone,
        problems=problems,
        summary=_summary(problems),
        message=message,
        clock_words=clock_words,
        day_words=lambda moment, zone, starts=False: spoken_day(moment, zone, now(), starts),
    )


def _summary(problems: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong, each with the address of its field."""
    return [
        (f"#{TARGETS.get(field, field)}", f"{FIELDS.get(field, field)}: {words}")
        for field, words in problems.items()
    ]


def _short(lines: list[Line], found: Offer) -> list[tuple[Line, int]]:
    """Lines that the chosen store does not have in full, with what there is for each."""
    if found.chosen is None:
        return []
    left = dict(found.chosen.near.available)
    short = []
    for line in lines:
        there = max(0, left.get(line.variant_id, 0))
        left[line.variant_id] = there - line.quantity
        if there < line.quantity:
            short.append((line, there))
    return short
