"""The page of a pay link, for whoever has it: what is to be paid, and nothing else of the company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template

from portal.billing.models.payments import PaymentAttempt
from portal.billing.pay_links.queries import Linked
from portal.billing.pay_links.use_cases.asked import asked_by
from portal.billing.payments.page import is_test_mode, stripe
from portal.billing.payments.rules import METHODS
from portal.billing.payments.sums import link_rows
from portal.web.filters import day
from portal.web.transaction import books, now, today


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    """What the page of a link shows.

    :ivar under_way: the payment through it that is not over.
    :ivar last: the payment from which the payer comes back.
    :ivar message: why nothing was begun.
    :ivar waits: the address to poll until Stripe's answer is known.
    """

    found: Linked
    under_way: PaymentAttempt | None
    action: str
    last: PaymentAttempt | None = None
    message: str = ""
    waits: str = ""


def pay_page(page: PayPage, status: int = 200) -> Response:
    """The page; that of a dead link if nothing through it is under way or has arrived."""
    link, last = page.found.link, page.last
    is_dead = link.revoked_at is not None or (link.expires_at <= now() and page.found.open_minor > 0)
    if is_dead and page.under_way is None and (last is None or last.state != "succeeded"):
        return dead_link_page(410, page.found)
    with books(link.company_id) as session:
        asked = asked_by(session, page.found, page.under_way, today())
    documents = page.found.documents
    return _answer(
        "billing/pay_links/pay_link.html",
        status,
        page=page,
        dead=is_dead,
        asked=asked,
        sum_rows=link_rows(documents, asked, documents[0].currency, day),
        methods=METHODS,
        cards=stripe() is not None,
        test_mode=is_test_mode(),
    )


def dead_link_page(status: int, found: Linked | None = None) -> Response:
    """That the link does not work, and whom to ask."""
    return _answer("billing/pay_links/pay_link_dead.html", status, found=found)


def _answer(template: str, status: int, **values: Any) -> Response:
    """A page that no cache keeps and no search engine lists."""
    response = make_response(render_template(template, **values), status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store, private"
    return response
