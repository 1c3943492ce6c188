"""What people type about autopay. Parsing only."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from portal.web.forms import MoneyField, PortalForm
from portal.web.handle_fields import number_in


class AutopayForm(PortalForm):
    """By which rule autopay pays, with what, and up to how much."""

    rule = RadioField(
        "When",
        choices=[
            SelectChoice("due", "On the due day of each invoice"),
            SelectChoice("before", "Some days before the due day of each invoice"),
            SelectChoice("monthly", "Once a month, everything that is open"),
        ],
        default="due",
    )
    day = IntegerField(
        "Which day",
        [Optional()],
        description="For “some days before”: how many. For “once a month”: the day of the month, 1 to 31.",
        render_kw={"inputmode": "numeric", "min": "1", "max": "31"},
    )
    method = SelectField("Pay with", coerce=number_in("method"))
    limit = MoneyField("At most in one go", description="Leave it empty for no limit.")
    shown = HiddenField()
    agreed = BooleanField("I agree to this for my company")
