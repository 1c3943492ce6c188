"""What people type about scheduled payments. Parsing only."""

from __future__ import annotations

from wtforms import DateField, SelectField
from wtforms.validators import Optional

from portal.web.forms import PortalForm
from portal.web.handle_fields import number_in


class ScheduleForm(PortalForm):
    """On which later day, and with what."""

    run_on = DateField("Pay on", [Optional()])
    method = SelectField("Pay with", coerce=number_in("method"))
