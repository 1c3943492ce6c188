"""Paying by a link, without an account. The pages show what is to be paid and nothing else of the company.

A token has 256 random bits and cannot be guessed; only beginning payments is rate-limited.
"""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.sign_in.use_cases.throttle import Limit, TooManyTries, admit
from portal.billing.models.links import PayLink
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.pay_links.pay_page import PayPage, dead_link_page, pay_page
from portal.billing.pay_links.queries import Linked, attempt_by_link, attempt_under_way, find, linked
from portal.billing.pay_links.use_cases.pay import pay_by_link
from portal.billing.payment_states import LIVE, UNPAID
from portal.billing.payments.page import bring_up_to_date, go_to_stripe, stripe
from portal.billing.payments.rules import METHODS
from portal.foundation.errors import NotFound, Rejected
from portal.web.access import public
from portal.web.browser.visitor import network_of
from portal.web.refusals import refusing
from portal.web.transaction import books, leave, now, own_transaction, today

PAYING = Limit("pay_link", per_account=15, per_network=60, window=timedelta(minutes=15))


@blueprint.get("/pay/<token>", endpoint="pay_link")
@public
def show_link(token: str) -> Response:
    """What the link is for, and the button."""
    leave()
    try:
        with own_transaction() as session:
            found = find(session, token)
            under_way = attempt_under_way(session, found.link)
    except NotFound:
        return dead_link_page(404)
    if under_way is not None and bring_up_to_date(under_way):
        with books(found.link.company_id) as session:
            found, under_way = find(session, token), attempt_under_way(session, found.link)
    action = url_for("billing.pay_by_link", token=token)
    return pay_page(PayPage(found=found, under_way=under_way, action=action))


@blueprint.post("/pay/<token>", endpoint="pay_by_link")
@public
def create_payment(token: str) -> Response:
    """Go to Stripe's page with all that is open and not covered by the company's own credit; if that covers all, back to
    the link's page, which says that it is paid."""
    leave()
    try:
        with own_transaction() as session:
            found = find(session, token)
    except NotFound:
        return dead_link_page(404)
    return _pay(found, url_for("billing.pay_by_link", token=token))


@blueprint.get("/pay/returned/<token>", endpoint="link_returned")
@public
def show_return(token: str) -> Response:
    """Where the payer comes back to from Stripe, known by the payment's own token."""
    leave()
    attempt, found = _of_attempt(token)
    known = bring_up_to_date(attempt)
    attempt, found = _of_attempt(token)
    is_waiting = not known and attempt.state in UNPAID
    page = PayPage(
        found=found,
        under_way=attempt if attempt.state in LIVE else None,
        action=url_for("billing.link_again", token=token),
        last=attempt,
        waits=url_for("billing.link_returned", token=token) if is_waiting else "",
    )
    return pay_page(page)


@blueprint.post("/pay/returned/<token>", endpoint="link_again")
@public
def create_next_payment(token: str) -> Response:
    """Try once more, or go on, from the page that the payer came back to."""
    leave()
    _, found = _of_attempt(token)
    return _pay(found, url_for("billing.link_again", token=token))


def _of_attempt(token: str) -> tuple[PaymentAttempt, Linked]:
    with own_transaction() as session:
        attempt = attempt_by_link(session, token)
        return attempt, linked(session, session.get_one(PayLink, attempt.pay_link_id))


def _pay(found: Linked, action: str) -> Response:
    api = stripe()
    company_id = found.link.company_id
    with refusing(within=books(company_id)) as tried:
        if api is None:
            raise Rejected("cards_off", "Payments are not taken here at the moment. Try again later.")
        _throttle(found)
        attempt = _under_way(found) or _begin(tried.session, found)
    if (no := tried.refused) is not None:
        return _refused(found, action, no)
    if attempt is None:
        return redirect(action, 303)
    back = url_for("billing.link_returned", token=attempt.token)
    return go_to_stripe(api, attempt, back)


def _refused(found: Linked, action: str, no: Rejected) -> Response:
    with books(found.link.company_id) as session:
        page = PayPage(
            found=linked(session, found.link),
            under_way=attempt_under_way(session, found.link),
            action=action,
            message=no.message,
        )
    if not isinstance(no, TooManyTries):
        return pay_page(page, 422)
    response = pay_page(page, 429)
    response.headers["Retry-After"] = str(no.retry_after)
    return response


def _under_way(found: Linked) -> PaymentAttempt | None:
    """The attempt that is under way, refreshed from Stripe; None if it is over."""
    with books(found.link.company_id) as session:
        attempt = attempt_under_way(session, found.link)
    if attempt is None or not bring_up_to_date(attempt):
        return attempt
    with books(attempt.company_id) as session:
        refreshed = attempt_by_link(session, attempt.token)
    return refreshed if refreshed.state in LIVE else None


def _begin(session: Session, found: Linked) -> PaymentAttempt | None:
    kind, shown = request.form.get("method", ""), request.form.get("asked", "")
    return pay_by_link(
        session,
        found,
        method_kind=kind if kind in METHODS else "",
        now=now(),
        today=today(),
        shown_minor=int(shown) if shown.isdecimal() and shown.isascii() else None,
    )


def _throttle(found: Linked) -> None:
    with books(found.link.company_id) as session:
        network = network_of(request.remote_addr)
        admit(session, limit=PAYING, email=f"link {found.link.id}", network=network, now=now())
