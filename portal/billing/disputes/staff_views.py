"""Answering what a customer contests."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.billing.disputes.forms import AnswerForm
from portal.billing.disputes.queries import DisputeRow, dispute_of
from portal.billing.disputes.use_cases import disputes as contesting
from portal.billing.pages import staff_blueprint
from portal.foundation.amounts import amount_field, parse_amount
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, today
from portal.web.ui import flash

ADDRESS = "/customers/<code>/disputes/<int(max=9007199254740992):dispute_id>"


@staff_blueprint.route(ADDRESS, methods=["GET", "POST"])
@needs("billing:manage")
def dispute(code: str, dispute_id: int) -> str | Response | tuple[str, int]:
    """What is contested, and how it is closed: credited, upheld or withdrawn, with an answer."""
    company = visible_company(db(), actor(), code)
    shown = dispute_of(db(), company.id, dispute_id)
    if request.method == "GET":
        form = AnswerForm(formdata=None)
        form.amount.data = amount_field(min(shown.amount_minor, shown.open_minor), shown.currency)
        return render_template(
            "billing/disputes/dispute_answer.html", company=company, dispute=shown, form=form
        )
    form = AnswerForm()
    amount = _amount(form, shown)
    if form.validate_on_submit() and amount is not None:
        with refusing(form) as tried:
            contesting.answer(
                db(),
                actor=actor(),
                now=now(),
                today=today(),
                company=company,
                dispute_id=dispute_id,
                outcome=form.outcome.data,
                words=form.answer.data or "",
                credit_minor=amount,
            )
        if tried.refused is None:
            flash(
                "ok",
                f"The dispute about {shown.invoice_number} is closed; the customer has your answer by mail.",
            )
            return redirect(url_for("billing_staff.customer", code=code, _anchor="disputes"))
    page = render_template("billing/disputes/dispute_answer.html", company=company, dispute=shown, form=form)
    return page, 422


def _amount(form: AnswerForm, shown: DisputeRow) -> int | None:
    """The credit in minor units; nothing where it is not asked for; None when it cannot be read."""
    if form.outcome.data != "credited":
        return 0
    try:
        return parse_amount(form.amount.data or "", shown.currency)
    except ValueError as error:
        form.form_errors.append(str(error))
        return None
