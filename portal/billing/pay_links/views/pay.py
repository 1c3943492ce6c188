"""Paying by a link, without an account. The pages show what is to be paid and nothing else of the company.

A token has 256 random bits and cannot be guessed; only beginning payments is rate-limited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response as FlaskResponse
from flask import make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.sign_in.use_cases.throttle import Limit, TooManyTries, admit
from portal.billing.models.links import PayLink
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.pay_links.queries import Linked, attempt_by_link, attempt_under_way, find, linked
from portal.billing.pay_links.use_cases.pay import pay_by_link
from portal.billing.payment_states import LIVE, UNPAID
from portal.billing.payments.page import bring_up_to_date, go_to_stripe, is_test_mode, stripe
from portal.billing.payments.rules import METHODS
from portal.billing.payments.sums import link_rows
from portal.foundation.errors import NotFound, Rejected
from portal.web.access import public
from portal.web.browser.visitor import network_of
from portal.web.filters import day
from portal.web.refusals import refusing
from portal.web.transaction import books, leave, now, own_transaction, today


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    """What the page of a link shows.

    :ivar under_way: the payment through it that is not over.
    :ivar last: the payment from which the payer comes back.
    :ivar waits: the address to poll until Stripe's answer is known.
    """

    found: Linked
    under_way: PaymentAttempt | None
    action: str
    last: PaymentAttempt | None = None
    message: str = ""
    waits: str = ""


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
        return _answer("billing/pay_links/pay_link_dead.html", 404, found=None)
    if under_way is not None and bring_up_to_date(under_way):
        with books(found.link.company_id) as session:
            found, under_way = find(session, token), attempt_under_way(session, found.link)
    action = url_for("billing.pay_by_link", token=token)
    return _page(PayPage(found=found, under_way=under_way, action=action))


@blueprint.post("/pay/<token>", endpoint="pay_by_link")
@public
def create_payment(token: str) -> Response:
    """Go to Stripe's page with all that is open."""
    leave()
    try:
        with own_transaction() as session:
            found = find(session, token)
    except NotFound:
        return _answer("billing/pay_links/pay_link_dead.html", 404, found=None)
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
    return _page(page)


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
        return _page(page, 422)
    response = _page(page, 429)
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


def _begin(session: Session, found: Linked) -> PaymentAttempt:
    kind = request.form.get("method", "")
    method_kind = kind if kind in METHODS else ""
    return pay_by_link(session, found, method_kind=method_kind, now=now(), today=today())


def _throttle(found: Linked) -> None:
    with books(found.link.company_id) as session:
        network = network_of(request.remote_addr)
        admit(session, limit=PAYING, email=f"link {found.link.id}", network=network, now=now())


def _page(page: PayPage, status: int = 200) -> Response:
    link, last = page.found.link, page.last
    is_dead = link.revoked_at is not None or (link.expires_at <= now() and page.found.open_minor > 0)
    if is_dead and page.under_way is None and (last is None or last.state != "succeeded"):
        return _answer("billing/pay_links/pay_link_dead.html", 410, found=page.found)
    documents, saved_minor = page.found.documents, page.found.saved_minor(today())
    return _answer(
        "billing/pay_links/pay_link.html",
        status,
        page=page,
        dead=is_dead,
        saved_minor=saved_minor,
        sum_rows=link_rows(documents, saved_minor, documents[0].currency, day),
        methods=METHODS,
        cards=stripe() is not None,
        test_mode=is_test_mode(),
    )


def _answer(template: str, status: int, **values: Any) -> FlaskResponse:
    """A page that no cache keeps and no search engine lists."""
    response = make_response(render_template(template, **values), status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store, private"
    return response
