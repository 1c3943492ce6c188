"""The buttons of the context page."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from portal.web.forms import PortalForm
from portal.web.handle_fields import HandleField


class ContextForm(PortalForm):
    """Exactly one of the three ids is sent."""

    company_id = HandleField("company")
    job_id = HandleField("job")
    store_id = IntegerField(validators=[Optional()])
    next = HiddenField()
