"""Answering a customer's dispute."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.accounts.models import Company
from portal.billing.credit_memos.page import MOST_LINES, chosen_lines
from portal.billing.disputes.forms import AnswerForm
from portal.billing.disputes.queries import DisputeRow, dispute_of
from portal.billing.disputes.use_cases.answer import Answer, answer_dispute
from portal.billing.invoices.queries.credited import charged_invoice
from portal.billing.pages import staff_blueprint
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads, today
from portal.web.ui import flash

ADDRESS = "/customers/<code>/disputes/<int(max=9007199254740992):dispute_id>"


@staff_blueprint.route(ADDRESS, methods=["GET", "POST"], endpoint="dispute")
@needs("billing:manage")
def edit_dispute(code: str, dispute_id: int) -> str | Response | tuple[str, int]:
    """What is disputed, and how it is closed: credited, upheld or withdrawn, with an answer."""
    company = visible_company(db(), actor(), code)
    shown = dispute_of(db(), company.id, dispute_id)
    if only_reads():
        form = AnswerForm(formdata=None)
        form.amount.fill(min(shown.amount_minor, shown.creditable_minor), shown.currency)
        return _page(company, shown, form)
    form = AnswerForm()
    if not _answered(company, shown, form):
        return _page(company, shown, form), 422
    flash("ok", f"The dispute about {shown.invoice_number} is closed; the customer has your answer by mail.")
    return redirect(url_for("billing_staff.customer", code=code, _anchor="disputes"))


def _answered(company: Company, dispute: DisputeRow, form: AnswerForm) -> bool:
    """Whether what was typed has closed the dispute; if not, the form says why."""
    credit = form.read_credit(dispute.currency)
    if not form.validate_on_submit() or credit is None:
        return False
    with refusing(form) as tried:
        answer_dispute(
            db(),
            actor=actor(),
            now=now(),
            today=today(),
            company=company,
            dispute_id=dispute.id,
            answer=Answer(form.outcome.data, form.answer.data or "", credit, chosen_lines()),
        )
    return tried.refused is None


def _page(company: Company, dispute: DisputeRow, form: AnswerForm) -> str:
    invoice = None if dispute.closed_at else charged_invoice(db(), company.id, dispute.invoice_number)
    return render_template(
        "billing/disputes/dispute_answer.html",
        company=company,
        dispute=dispute,
        form=form,
        invoice=invoice,
        most_lines=MOST_LINES,
        ticked=chosen_lines(),
    )
