"""Pay links of the company: made, listed and revoked by those who administer its payments."""

from __future__ import annotations

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.invoice import invoice_for
from portal.billing.pages import blueprint
from portal.billing.pay_links.forms import LinkForm
from portal.billing.pay_links.page import invoice_link_page, link_made_page, statement_link_page
from portal.billing.pay_links.queries import live_links
from portal.billing.pay_links.rules import LinkRequest
from portal.billing.pay_links.use_cases.make import make_invoice_link, make_statement_link
from portal.billing.pay_links.use_cases.revoke import revoke_link
from portal.billing.pay_links.use_cases.throttle import TooManyMails, admit_link_mail
from portal.billing.periods import Month
from portal.foundation.config import Settings
from portal.foundation.errors import NotFound, Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now
from portal.web.ui import flash

Answer = str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/payment-links", endpoint="payment_links")
@needs("payments:administer")
def show_links() -> str:
    """Every link that works."""
    return render_template(
        "billing/pay_links/payment_links.html", links=live_links(db(), actor().customer_id, now())
    )


@blueprint.get("/invoices/<number>/links", endpoint="links")
@needs("payments:administer")
def invoice_link_form(number: str) -> str:
    """The form for a link to one invoice, and the links to it that work."""
    return invoice_link_page(number, LinkForm(formdata=None))


@blueprint.post("/invoices/<number>/links", endpoint="make_link")
@needs("payments:administer")
def create_invoice_link(number: str) -> Answer:
    """Make it. Its address is shown now and never again."""
    invoice_for(db(), actor(), number)
    form = LinkForm()
    with refusing(form, books()) as tried:
        made = make_invoice_link(tried.session, _request(form), actor=actor(), number=number, now=now())
    if tried.refused is not None:
        return _refused(invoice_link_page(number, form), tried.refused)
    return link_made_page(made, url_for("billing.invoice", number=number), number, form)


@blueprint.get("/statements/<month>/links", endpoint="statement_links")
@needs("payments:administer")
def statement_link_form(month: str) -> str:
    """The form for a link to what is open of a statement."""
    return statement_link_page(_month(month), LinkForm(formdata=None))


@blueprint.post("/statements/<month>/links", endpoint="make_statement_link")
@needs("payments:administer")
def create_statement_link(month: str) -> Answer:
    """Make it, for the invoices up to the month's end that are open now."""
    chosen, form = _month(month), LinkForm()
    with refusing(form, books()) as tried:
        made = make_statement_link(
            tried.session, _request(form), actor=actor(), month=chosen.first, now=now()
        )
    if tried.refused is not None:
        return _refused(statement_link_page(chosen, form), tried.refused)
    return link_made_page(
        made, url_for("billing.statement", month=month), f"Statement of {chosen.words}", form
    )


@blueprint.post("/payment-links/<handle(link):link_id>/revocation", endpoint="revoke_link")
@needs("payments:administer")
def create_revocation(link_id: int) -> Response:
    """Revoke it; nobody can pay with it from then on."""
    with books() as session:
        link = revoke_link(session, actor=actor(), link_id=link_id, now=now())
    flash("ok", f"The link to {link.title[:1].lower()}{link.title[1:]} is taken back.")
    return redirect(url_for("billing.payment_links"), 303)


def _refused(page: str, no: Rejected) -> Answer:
    if isinstance(no, TooManyMails):
        return page, 429, {"Retry-After": str(no.retry_after)}
    return page, 422


def _request(form: LinkForm) -> LinkRequest:
    """What the form asks for, its mail counted.

    :raises Rejected: for a form with errors, and after too many mails.
    """
    if not form.validate():
        raise Rejected("form", "Correct the marked fields.")
    settings: Settings = current_app.extensions["settings"]
    request = LinkRequest(days=form.days.data, email=form.email.data or "", zone=settings.time_zone)
    if request.email:
        with books() as aside:
            admit_link_mail(aside, actor=actor(), email=request.email, now=now())
    return request


def _month(text: str) -> Month:
    found = Month.read(text)
    if found is None:
        raise NotFound
    return found
