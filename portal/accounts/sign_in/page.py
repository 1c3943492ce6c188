"""What signing in, resetting and changing a password share: counted tries, and how a refusal is answered."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, session

from portal.accounts.pages import Answer
from portal.accounts.sign_in.networks import network_of
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected
from portal.web.touch import viewed
from portal.web.transaction import book_sessions, now

REASONS = {"too_many_tries": "throttled", "dead_link": "expired"}


def network() -> str:
    """The network this request comes from."""
    return network_of(request.remote_addr)


def count_try(limit: throttling.Limit, email: str) -> None:
    """Count a try for good, in a transaction of its own: the request that follows may be rolled back."""
    with transaction(book_sessions()) as aside:
        throttling.admit(aside, limit=limit, email=email, network=network(), now=now())


def note_failure(no: Rejected, method: str) -> None:
    """Leave a touchpoint of a sign-in that failed, in whatever way it was tried."""
    reason = REASONS.get(no.code, "wrong")
    viewed(
        "sign_in_failed",
        outcome=no.outcome,
        error_code=no.code,
        props={"reason": reason, "method": method, "network": network()},
    )


def refused(no: Rejected, form: Any, template: str, **values: Any) -> Answer:
    """The form again with the reason: 429 for too many tries, otherwise 422."""
    form.refuse(no)
    page = render_template(template, form=form, **values)
    if no.code == "too_many_tries":
        return page, 429, {"Retry-After": str(no.details["retry_after"])}
    return page, 422


def fresh_form_secret() -> None:
    """Forget the secret that form tokens are made from: one of before this sign-in must not serve after it."""
    session.clear()
    g.pop("csrf_token", None)
