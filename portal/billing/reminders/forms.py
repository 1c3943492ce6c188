"""What people type about the schedule of reminders. Parsing only; the use case decides."""

from __future__ import annotations

from wtforms import BooleanField, SelectField, StringField
from wtforms.fields import SelectChoice

from portal.billing.reminders.rules import Policy, read_steps
from portal.foundation.inputs import read_number
from portal.web.forms import PortalForm

LEADS = [
    SelectChoice("0", "Not before it is due"),
    *(SelectChoice(str(n), f"{n} days before") for n in (2, 3, 5, 7, 10, 14)),
]


class RemindersForm(PortalForm):
    """When a company is reminded of open invoices."""

    remind = BooleanField("Send mails about invoices")
    statements = BooleanField("Send a statement each month")
    before = SelectField("Before the due day", choices=LEADS)
    at_due = BooleanField("On the due day")
    overdue = StringField(
        "Days overdue",
        description="Days after the due day, with commas between them: 7, 21, 45. Leave it empty for none.",
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "60"},
    )


def filled(policy: Policy) -> RemindersForm:
    """The form, filled with a policy."""
    form = RemindersForm(formdata=None)
    form.remind.data, form.at_due.data = policy.remind, policy.at_due
    form.statements.data = policy.statements
    form.before.data, form.overdue.data = str(policy.before), policy.overdue
    form.before.choices = _leads(form.before.data)
    return form


def _leads(chosen: str) -> list[SelectChoice]:
    """The usual ones, and another number of days when that was agreed."""
    known = {each.value for each in LEADS}
    return LEADS if chosen in known else [*LEADS, SelectChoice(chosen, f"{chosen} days before")]


def read_policy(form: RemindersForm) -> Policy | None:
    """What was typed; None, with the sentence on its field, when it cannot be read."""
    before = form.before.data or ""
    days = read_number(before, digits=3)
    form.before.choices = _leads(before)
    if not form.validate_on_submit():
        return None
    try:
        steps = read_steps(-1 if days is None else days, bool(form.at_due.data), form.overdue.data or "")
    except ValueError as error:
        form.overdue.errors = [str(error)]
        return None
    return Policy(bool(form.remind.data), steps, bool(form.statements.data))
