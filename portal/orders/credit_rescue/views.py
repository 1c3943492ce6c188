"""When credit does not cover a draft: what the person can choose on the review."""

from __future__ import annotations

import re

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.billing.payments.page import go_to_stripe, stripe
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.secrets.handles import read_handle
from portal.orders.credit_rescue.fit import read_plan
from portal.orders.credit_rescue.use_cases.credit_requests import request_credit
from portal.orders.credit_rescue.use_cases.prepayments import pay_ahead
from portal.orders.credit_rescue.use_cases.split import merge, split
from portal.orders.drafts.forms import DRAFT
from portal.orders.pages import blueprint
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, leave, now, today
from portal.web.ui import flash
from portal.web.urls import href_if

NUMBER = re.compile(r"[A-Za-z0-9-]{1,30}")


@blueprint.post(f"{DRAFT}/split")
@needs("drafts:write")
def split_draft(draft_id: int) -> Response:
    """Keep what fits, park the rest."""
    keep = read_plan(request.form.get("plan", "")[:100_000])
    with refusing() as tried:
        rest = split(db(), actor=actor(), now=now(), draft_id=draft_id, keep=keep or {})
    if tried.refused is not None:
        return _back(draft_id, tried.refused)
    flash("ok", f"This draft is now what fits. The other part is kept for later as “{rest.name}”.")
    return _review(draft_id)


@blueprint.post(f"{DRAFT}/merge")
@needs("drafts:write")
def merge_draft(draft_id: int) -> Response:
    """Put what was split off back."""
    with refusing() as tried:
        merge(
            db(),
            actor=actor(),
            now=now(),
            draft_id=draft_id,
            rest_id=read_handle("draft", request.form.get("rest")) or 0,
        )
    if tried.refused is not None:
        return _back(draft_id, tried.refused)
    flash("ok", "Both parts are one draft again.")
    return _review(draft_id)


@blueprint.post(f"{DRAFT}/asking")
@needs("orders:place")
def ask_approvers(draft_id: int) -> Response:
    """Ask the company's approvers, once."""
    numbers = [each for each in request.form.getlist("invoice")[:100] if NUMBER.fullmatch(each)]
    pay_path = href_if("billing.new_payment", invoice=numbers) if numbers else None
    with refusing(within=books()) as tried:
        asked = request_credit(
            tried.session,
            actor=actor(),
            now=now(),
            today=today(),
            draft_id=draft_id,
            pay_path=pay_path or "/invoices",
        )
    if tried.refused is not None:
        return _back(draft_id, tried.refused)
    flash(
        "ok" if asked else "info",
        "They have a mail now. This draft waits." if asked else "They were asked already.",
    )
    return _review(draft_id)


@blueprint.post(f"{DRAFT}/card-payment")
@needs("invoices:pay")
def pay_by_card(draft_id: int) -> Response:
    """Pay what the draft costs on Stripe's page; the money waits on the account for this order."""
    api = stripe()
    if api is None:
        raise NotFound
    with refusing(within=books()) as tried:
        attempt = pay_ahead(tried.session, actor=actor(), now=now(), today=today(), draft_id=draft_id)
    if isinstance(tried.refused, TooManyTries):
        raise tried.refused
    if tried.refused is not None:
        return _back(draft_id, tried.refused)
    leave()
    return go_to_stripe(api, attempt, url_for("billing.payment", token=attempt.token))


def _back(draft_id: int, no: Rejected) -> Response:
    flash("error", no.message)
    return _review(draft_id)


def _review(draft_id: int) -> Response:
    return redirect(url_for("orders.review", draft_id=draft_id, _anchor="ways-out"))
