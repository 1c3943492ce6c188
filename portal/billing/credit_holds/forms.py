"""What people type about holds. Parsing only; use cases decide."""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from portal.web.forms import PortalForm


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
