"""What people type about holds, reminders, promises and disputes. Parsing only; use cases decide."""

from __future__ import annotations

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from portal.billing.invoices.words import DISPUTE_REASONS
from portal.billing.reminders.rules import Policy, read_steps
from portal.web.forms import PortalForm

OUTCOMES = {
    "credited": "The customer is right: issue a credit memo",
    "upheld": "The invoice stands as it is",
    "withdrawn": "The customer has taken it back",
}
LEADS = [
    SelectChoice("0", "Not before it is due"),
    *(SelectChoice(str(n), f"{n} days before") for n in (2, 3, 5, 7, 10, 14)),
]


class HoldForm(PortalForm):
    """Why a company is put on hold."""

    reason = TextAreaField("Why", render_kw={"rows": "3", "maxlength": "300"})


class LiftForm(PortalForm):
    """A word with the lifting of a hold."""

    reason = TextAreaField("A word to the customer", render_kw={"rows": "2", "maxlength": "300"})


class HoldRuleForm(PortalForm):
    """After how many days overdue the account is held by itself."""

    days = StringField(
        "Days overdue until the hold",
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "3"},
    )


class PromiseForm(PortalForm):
    """By when an invoice is paid."""

    promised_on = DateField("We pay it by", [Optional()])
    note = StringField("Note", render_kw={"maxlength": "300", "autocomplete": "off"})


class DisputeForm(PortalForm):
    """What is wrong with an invoice."""

    amount = StringField("Amount in question", render_kw={"inputmode": "decimal", "autocomplete": "off"})
    reason = SelectField(
        "What is wrong",
        [InputRequired("Choose what is wrong.")],
        choices=[SelectChoice(value, words) for value, words in DISPUTE_REASONS.items()],
    )
    note = TextAreaField("In your words", render_kw={"rows": "4", "maxlength": "1000"})


class AnswerForm(PortalForm):
    """How staff close a dispute."""

    outcome = RadioField(
        "Outcome",
        [InputRequired("Choose an outcome.")],
        choices=[SelectChoice(value, label) for value, label in OUTCOMES.items()],
    )
    amount = StringField("Credit", render_kw={"inputmode": "decimal", "autocomplete": "off"})
    answer = TextAreaField("Answer to the customer", render_kw={"rows": "4", "maxlength": "1000"})


class RemindersForm(PortalForm):
    """When a company is reminded of open invoices."""

    remind = BooleanField("Send mails about invoices")
    before = SelectField("Before the due day", choices=LEADS)
    at_due = BooleanField("On the due day")
    overdue = StringField(
        "Days overdue",
        description="Days after the due day, with commas between them: 7, 21, 45. Leave it empty for none.",
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "60"},
    )


def filled(policy: Policy) -> RemindersForm:
    """The form as it stands for a policy."""
    form = RemindersForm(formdata=None)
    form.remind.data, form.at_due.data = policy.remind, policy.at_due
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
    days = int(before) if before.isascii() and before.isdigit() and len(before) < 4 else -1
    form.before.choices = _leads(before)
    if not form.validate_on_submit():
        return None
    try:
        steps = read_steps(days, bool(form.at_due.data), form.overdue.data or "")
    except ValueError as error:
        form.overdue.errors = [str(error)]
        return None
    return Policy(bool(form.remind.data), steps)
