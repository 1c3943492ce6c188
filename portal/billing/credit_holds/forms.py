"""What people type about holds. Parsing only; use cases decide."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField

from portal.foundation.inputs import read_whole
from portal.web.forms import PortalForm


class HoldForm(PortalForm):
    """Why a company is put on hold."""

    reason = TextAreaField("Why", render_kw={"rows": "3", "maxlength": "300"})


class LiftForm(PortalForm):
    """Note sent when a hold is lifted."""

    reason = TextAreaField("A word to the customer", render_kw={"rows": "2", "maxlength": "300"})


class HoldRuleForm(PortalForm):
    """After how many days overdue the account is held automatically."""

    days = StringField(
        "Days overdue until the hold",
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "3"},
    )

    promises = BooleanField("A promise to pay suspends the hold, once for each invoice")

    def read_days(self) -> int | None:
        """The days that were typed; None for an empty field, 0 for what cannot be read."""
        typed = (self.days.data or "").strip()
        if not typed:
            return None
        return read_whole(typed, digits=3) or 0
