"""Customers' tax exemptions for staff: whoever answers the phone sees why there is no tax, administrators get the files and
decide."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.billing.pages import staff_blueprint
from portal.billing.tax.exemption_rules import REASONS, is_waiting
from portal.billing.tax.forms import ReasonForm
from portal.billing.tax.page import certificate_download, exemption_policy, state_today
from portal.billing.tax.queries.exemptions import (
    exemption_file,
    exemption_of,
    exemptions_of,
    exemptions_running_out,
    waiting_exemptions,
)
from portal.billing.tax.use_cases.decisions import Decided, accept_exemption, end_exemption, refuse_exemption
from portal.web.access import confirmed, needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash

ONE = "/customers/<code>/tax-exemptions/<int(max=9007199254740992):exemption_id>"


@staff_blueprint.get("/billing/tax-exemptions", endpoint="exemption_worklist")
@needs("billing:manage")
def show_exemption_worklist() -> str:
    """Certificates that nobody has looked at, and those that run out."""
    after = request.args.get("after")
    page = waiting_exemptions(db(), after=after)
    return render_template(
        "billing/tax/worklist.html",
        page=page,
        ending=exemptions_running_out(db(), today()),
        reasons=REASONS,
        first_href=url_for("billing_staff.exemption_worklist") if after else None,
        next_href=url_for("billing_staff.exemption_worklist", after=page.next_cursor)
        if page.next_cursor
        else None,
    )


@staff_blueprint.get("/customers/<code>/tax-exemptions", endpoint="exemptions")
@needs("billing:read")
def show_exemptions(code: str) -> str:
    """A company's certificates."""
    company = visible_company(db(), actor(), code)
    return render_template(
        "billing/tax/customer_exemptions.html",
        company=company,
        exemptions=exemptions_of(db(), company.id),
        reasons=REASONS,
        may_decide=actor().can("billing:manage"),
        state=state_today,
    )


@staff_blueprint.get(ONE, endpoint="exemption")
@needs("billing:manage")
def show_exemption(code: str, exemption_id: int) -> str:
    """A certificate, its status and history, and the decisions that are open."""
    return _page(code, exemption_id, ReasonForm(formdata=None))


@staff_blueprint.get(f"{ONE}/file", endpoint="exemption_document")
@needs("billing:manage")
def show_certificate(code: str, exemption_id: int) -> FlaskResponse:
    """A certificate's file."""
    company = visible_company(db(), actor(), code)
    return certificate_download(exemption_file(db(), company.id, exemption_id))


@staff_blueprint.post(f"{ONE}/acceptance", endpoint="accept_exemption")
@needs("billing:manage")
@confirmed
def create_acceptance(code: str, exemption_id: int) -> Response:
    """Let it count."""
    decided = Decided(visible_company(db(), actor(), code), exemption_id)
    with refusing() as tried:
        accept_exemption(db(), decided, actor=actor(), now=now(), today=today())
    if tried.refused is not None:
        flash("error", tried.refused.message)
    else:
        flash("ok", "It is accepted, and counts for new orders. The customer has a mail.")
    return redirect(url_for("billing_staff.exemption", code=code, exemption_id=exemption_id), 303)


@staff_blueprint.post(f"{ONE}/refusal", endpoint="refuse_exemption")
@needs("billing:manage")
@confirmed
def create_refusal(code: str, exemption_id: int) -> Response | tuple[str, int]:
    """Refuse it, with a reason."""
    form = ReasonForm()
    decided = _typed(code, exemption_id, form)
    with refusing(form) as tried:
        refuse_exemption(db(), decided, actor=actor(), now=now())
    if tried.refused is not None:
        return _page(code, exemption_id, form), tried.status
    flash("ok", "It is refused. The customer has a mail with your reason.")
    return redirect(url_for("billing_staff.exemption", code=code, exemption_id=exemption_id), 303)


@staff_blueprint.post(f"{ONE}/end", endpoint="end_exemption")
@needs("billing:manage")
@confirmed
def create_end(code: str, exemption_id: int) -> Response | tuple[str, int]:
    """End it before its day, with a reason."""
    form = ReasonForm()
    decided = _typed(code, exemption_id, form)
    with refusing(form) as tried:
        end_exemption(db(), decided, actor=actor(), now=now())
    if tried.refused is not None:
        return _page(code, exemption_id, form), tried.status
    flash("ok", "It is ended. The customer has a mail with your reason.")
    return redirect(url_for("billing_staff.exemption", code=code, exemption_id=exemption_id), 303)


def _typed(code: str, exemption_id: int, form: ReasonForm) -> Decided:
    return Decided(visible_company(db(), actor(), code), exemption_id, form.reason.data or "")


def _page(code: str, exemption_id: int, form: ReasonForm) -> str:
    company = visible_company(db(), actor(), code)
    found = exemption_of(db(), company.id, exemption_id)
    return render_template(
        "billing/tax/exemption.html",
        company=company,
        exemption=found,
        form=form,
        waiting=is_waiting(found),
        at_once=exemption_policy().at_once,
        reasons=REASONS,
        state=state_today,
        today=today(),
    )
