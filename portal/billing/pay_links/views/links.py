"""Pay links of the company: made, listed, taken back by those who look after paying."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.invoices import invoice_for
from portal.billing.pages import blueprint
from portal.billing.pay_links import use_cases as linking
from portal.billing.pay_links.forms import LinkForm
from portal.billing.pay_links.queries import live_links
from portal.billing.payments.page import stripe
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
def payment_links() -> str:
    """Every link that works."""
    return render_template(
        "billing/pay_links/payment_links.html", links=live_links(db(), actor().customer_id, now())
    )


@blueprint.get("/invoices/<number>/links", endpoint="links")
@needs("payments:administer")
def links(number: str) -> str:
    """The form for a link to one invoice, and those that there are."""
    return _invoice_page(number, LinkForm(formdata=None))


@blueprint.post("/invoices/<number>/links", endpoint="make_link")
@needs("payments:administer")
def make_link(number: str) -> Answer:
    """Make it. Its address is shown now and never again."""
    invoice_for(db(), actor(), number)
    form = LinkForm()
    with refusing(form, books()) as tried:
        made = _make(tried.session, form, number=number)
    if tried.refused is not None:
        return _refused(_invoice_page(number, form), tried.refused)
    return _made(made, url_for("billing.invoice", number=number), number, form)


@blueprint.get("/statements/<month>/links", endpoint="statement_links")
@needs("payments:administer")
def statement_links(month: str) -> str:
    """The form for a link to what is open of a statement."""
    return _statement_page(_month(month), LinkForm(formdata=None))


@blueprint.post("/statements/<month>/links", endpoint="make_statement_link")
@needs("payments:administer")
def make_statement_link(month: str) -> Answer:
    """Make it, for the invoices up to the month's end that are open now."""
    chosen, form = _month(month), LinkForm()
    with refusing(form, books()) as tried:
        made = _make(tried.session, form, month=chosen)
    if tried.refused is not None:
        return _refused(_statement_page(chosen, form), tried.refused)
    return _made(made, url_for("billing.statement", month=month), f"Statement of {chosen.words}", form)


@blueprint.post("/payment-links/<int:link_id>/revocation", endpoint="revoke_link")
@needs("payments:administer")
def revoke_link(link_id: int) -> Response:
    """Take it back; who has it cannot pay with it any more."""
    with books() as session:
        link = linking.revoke(session, actor=actor(), link_id=link_id, now=now())
    flash("ok", f"The link to {link.title[:1].lower()}{link.title[1:]} is taken back.")
    return redirect(url_for("billing.payment_links"), 303)


def _refused(page: str, no: Rejected) -> Answer:
    if no.code == "too_many_tries":
        return page, 429, {"Retry-After": str(no.details["retry_after"])}
    return page, 422


def _make(session: Session, form: LinkForm, *, number: str = "", month: Month | None = None) -> linking.Made:
    if not form.validate():
        raise Rejected("form", "Correct the marked fields.")
    settings: Settings = current_app.extensions["settings"]
    common: dict[str, Any] = {
        "actor": actor(),
        "days": form.days.data,
        "email": form.email.data or "",
        "now": now(),
        "zone": settings.time_zone,
    }
    if common["email"]:
        with books() as aside:
            linking.admit_mail(aside, actor=actor(), email=common["email"], now=now())
    if month is not None:
        return linking.link_month(session, month=month.first, **common)
    return linking.link_invoice(session, number=number, **common)


def _month(text: str) -> Month:
    found = Month.read(text)
    if found is None:
        raise NotFound
    return found


def _invoice_page(number: str, form: LinkForm) -> str:
    invoice = invoice_for(db(), actor(), number)
    if invoice.kind != "invoice":
        raise NotFound
    return render_template(
        "billing/pay_links/make_link.html",
        form=form,
        what=f"Invoice {number}",
        amount_minor=invoice.open_minor,
        currency=invoice.currency,
        action=url_for("billing.make_link", number=number),
        back_href=url_for("billing.invoice", number=number),
        back_label=number,
        links=live_links(db(), actor().customer_id, now(), invoice_id=invoice.id),
        cards=stripe() is not None,
    )


def _statement_page(month: Month, form: LinkForm) -> str:
    return render_template(
        "billing/pay_links/make_link.html",
        form=form,
        what=f"Statement of {month.words}",
        amount_minor=None,
        currency="",
        action=url_for("billing.make_statement_link", month=month.code),
        back_href=url_for("billing.statement", month=month.code),
        back_label=month.words,
        links=[],
        cards=stripe() is not None,
    )


def _made(made: linking.Made, back_href: str, back_label: str, form: LinkForm) -> str:
    settings: Settings = current_app.extensions["settings"]
    return render_template(
        "billing/pay_links/link_made.html",
        link=made.link,
        address=settings.public_url + url_for("billing.pay_link", token=made.token),
        sent_to=form.email.data or "",
        back_href=back_href,
        back_label=back_label,
    )
