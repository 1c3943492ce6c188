"""What people type about promises to pay. Parsing only; the use case decides."""

from __future__ import annotations

from wtforms import DateField, StringField
from wtforms.validators import Optional

from portal.web.forms import PortalForm


class PromiseForm(PortalForm):
    """By when an invoice is paid."""

    promised_on = DateField("We pay it by", [Optional()])
    note = StringField("Note", render_kw={"maxlength": "300", "autocomplete": "off"})
