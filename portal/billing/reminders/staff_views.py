"""The reminder policy of a customer, for our administrators."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.billing.pages import staff_blueprint
from portal.billing.reminders.forms import RemindersForm, filled, read_policy
from portal.billing.reminders.queries import policy_of
from portal.billing.reminders.use_cases import change_policy
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash


@staff_blueprint.route("/customers/<code>/reminders", methods=["GET", "POST"], endpoint="reminders")
@needs("billing:manage")
def edit_reminders(code: str) -> str | Response | tuple[str, int]:
    """The policy, and changing it."""
    company = visible_company(db(), actor(), code)
    policy = policy_of(db(), company.id)
    page = "billing/reminders/customer_reminders.html"
    if only_reads():
        return render_template(page, company=company, form=filled(policy), policy=policy)
    form = RemindersForm()
    wanted = read_policy(form)
    if wanted is None:
        return render_template(page, company=company, form=form, policy=policy), 422
    change_policy(db(), actor=actor(), now=now(), company=company, policy=wanted)
    flash("ok", f"Reminders of {company.name}: {wanted.words}.")
    return redirect(url_for(".reminders", code=code))
