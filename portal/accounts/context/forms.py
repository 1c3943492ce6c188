"""The buttons of the context page."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from portal.web.forms import PortalForm


class ContextForm(PortalForm):
    """Exactly one of the three ids is sent."""

    company_id = IntegerField(validators=[Optional()])
    job_id = IntegerField(validators=[Optional()])
    store_id = IntegerField(validators=[Optional()])
    next = HiddenField()
