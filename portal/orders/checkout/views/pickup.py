"""Pickup or delivery: where, when, who, and under which PO number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts.models import User
from portal.foundation.errors import NotFound
from portal.orders.checkout.facts import CheckoutStepViewed
from portal.orders.checkout.forms import read_choice
from portal.orders.checkout.pickup_page import PickupPage
from portal.orders.checkout.queries.choices import offer
from portal.orders.checkout.refusals import ChoiceRefused
from portal.orders.checkout.use_cases.choices import Choice, choose
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.forms import DRAFT, read_id
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


@blueprint.get(f"{DRAFT}/pickup")
@needs("orders:place")
def pickup(draft_id: int) -> str | Response:
    """Nearby stores with their stock of this draft, and the chosen one's pickup times; or delivery."""
    head = own_head(db(), actor(), draft_id)
    if head.draft.state not in OPEN_DRAFTS:
        return redirect(url_for("orders.draft", draft_id=draft_id))
    page = _page(head, _suggested(head), {}, "")
    return page if page is not None else redirect(url_for("orders.draft", draft_id=draft_id))


@blueprint.post(f"{DRAFT}/pickup")
@needs("orders:place")
def choose_pickup(draft_id: int) -> Response | tuple[str, int]:
    """Store the choice and go on to the review; with ``look`` only show it with another store, or delivered."""
    choice = read_choice(request.form)
    if request.form.get("look"):
        page = _page(own_head(db(), actor(), draft_id), _looked_at(choice), {}, "")
        return (page, 200) if page is not None else redirect(url_for("orders.draft", draft_id=draft_id))
    with refusing() as tried:
        choose(db(), actor=actor(), now=now(), today=today(), draft_id=draft_id, choice=choice)
    if (no := tried.refused) is not None:
        problems = no.problems if isinstance(no, ChoiceRefused) else {}
        page = _page(own_head(db(), actor(), draft_id), choice, problems, no.message)
        return (page, 422) if page is not None else redirect(url_for("orders.draft", draft_id=draft_id))
    return redirect(url_for("orders.review", draft_id=draft_id))


def _suggested(head: DraftHead) -> Choice:
    """The form's first state: what the draft says, else what the visit and the person suggest."""
    draft, asked = head.draft, request.args
    store_id = read_id(asked.get("store_id")) or store_of(head)[0]
    fulfilment = asked.get("fulfilment") or draft.fulfilment
    started = draft.checkout_at is not None
    return Choice(
        fulfilment="delivery" if fulfilment == "delivery" else "pickup",
        store_id=store_id,
        window_start=draft.window_start if store_id == draft.store_id else None,
        pickup_person=draft.pickup_person or ("" if started else actor().acting_for_name or actor().name),
        pickup_phone=draft.pickup_phone or ("" if started else _phone()),
        address_id=draft.address_id,
        delivery_date=draft.delivery_date,
        po_number=draft.po_number,
        job_id=draft.job_id or (None if started else visit().job_id),
        note=draft.note,
        when_short="backorder" if draft.allow_backorder else "",
    )


def _looked_at(choice: Choice) -> Choice:
    """What was typed stays; a time is one of its store."""
    same = request.form.get("times_of") == str(choice.store_id)
    look = "delivery" if request.form["look"] == "delivery" else "pickup"
    return replace(choice, fulfilment=look, window_start=choice.window_start if same else None)


def _phone() -> str:
    """That of the customer's person."""
    return db().scalar(select(User.phone).where(User.id == actor().subject_user_id)) or ""


def _page(head: DraftHead, choice: Choice, problems: Mapping[str, str], message: str) -> str | None:
    """None for a draft with nothing in it."""
    lines = priced_lines(db(), company_id=head.company.id, draft_id=head.id, today=today())
    if not lines:
        return None
    found = offer(db(), lines=lines, now=now(), near=_near(), store_id=choice.store_id)
    if found.chosen is None:
        raise NotFound
    _record_view(head, found.chosen.id, lines=len(lines), problems=len(problems))
    delivered = choice.fulfilment == "delivery"
    page = PickupPage(
        head=head,
        choice=choice,
        lines=lines,
        offer=found,
        chosen=found.chosen,
        addresses=addresses_of(db(), head.company.id) if delivered else [],
        jobs=jobs_of(db(), head.company.id, choice.job_id),
        problems=problems,
        message=message,
        now=now(),
    )
    return render_template("orders/checkout/pickup.html", page=page, clock_words=clock_words)


def _record_view(head: DraftHead, store_id: int, *, lines: int, problems: int) -> None:
    step = CheckoutStepViewed(step="pickup", lines=lines, problems=problems)
    viewed(step, account_id=head.company.id, store_id=store_id, links={"draft_id": head.id})


def _near() -> tuple[float, float] | None:
    """Where the visit's store is."""
    home = db().get(Store, visit().store_id) if visit().store_id else None
    return (home.latitude, home.longitude) if home else None
