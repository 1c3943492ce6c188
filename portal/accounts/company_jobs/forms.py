"""The form for adding jobs."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from portal.web.forms import PortalForm


class JobsForm(PortalForm):
    names = TextAreaField(
        "Jobs",
        [InputRequired("Enter at least one name."), Length(max=40_000)],
        description="One a line, up to 150. From a spreadsheet, a second column is taken as the PO number.",
        render_kw={"rows": 5},
    )
