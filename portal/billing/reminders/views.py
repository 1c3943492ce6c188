"""The company's reminder policy, for its own administrators."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.billing.pages import blueprint
from portal.billing.reminders.forms import RemindersForm, filled, read_policy
from portal.billing.reminders.queries import policy_of
from portal.billing.reminders.use_cases import change_policy
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, only_reads
from portal.web.ui import flash


@blueprint.route("/reminders", methods=["GET", "POST"], endpoint="reminders")
@needs("payments:administer")
def edit_reminders() -> str | Response | tuple[str, int]:
    """The policy, and changing it."""
    company = db().get_one(Company, actor().customer_id)
    policy = policy_of(db(), company.id)
    if only_reads():
        return render_template("billing/reminders/reminders.html", form=filled(policy), policy=policy)
    form = RemindersForm()
    wanted = read_policy(form)
    if wanted is None:
        return render_template("billing/reminders/reminders.html", form=form, policy=policy), 422
    with books() as session:
        change_policy(session, actor=actor(), now=now(), company=company, policy=wanted)
    flash("ok", f"Reminders: {wanted.words}.")
    return redirect(url_for(".reminders"))
