"""What staff type about a difference. Parsing only."""

from __future__ import annotations

from wtforms import HiddenField, StringField

from portal.web.forms import PortalForm


class AcknowledgmentForm(PortalForm):
    """Why a difference may stay as it is."""

    key = HiddenField()
    reason = StringField("Why it may stay", render_kw={"maxlength": "300", "autocomplete": "off"})
