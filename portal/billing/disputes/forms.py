"""What people type about disputes. Parsing only; use cases decide."""

from __future__ import annotations

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from portal.billing.invoices.words import DISPUTE_REASONS
from portal.foundation.errors import Rejected
from portal.web.forms import MoneyField, PortalForm

OUTCOMES = {
    "credited": "The customer is right: issue a credit memo",
    "upheld": "The invoice stands as it is",
    "withdrawn": "The customer has taken it back",
}


class DisputeForm(PortalForm):
    """What is wrong with an invoice."""

    amount = MoneyField("Amount in question")
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
    amount = MoneyField("Credit")
    answer = TextAreaField("Answer to the customer", render_kw={"rows": "4", "maxlength": "1000"})

    def read_credit(self, currency: str) -> int | None:
        """Minor units, zero for other outcomes; None, with the sentence on the form, when it cannot be read."""
        if self.outcome.data != "credited":
            return 0
        try:
            return self.amount.minor(currency)
        except Rejected as no:
            self.form_errors.append(no.message)
            return None
