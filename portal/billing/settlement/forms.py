"""What staff type to write off a small difference. Parsing only."""

from __future__ import annotations

from wtforms import StringField

from portal.web.forms import KeyedForm


class WriteOffForm(KeyedForm):
    """Why it is written off."""

    reason = StringField("Why", render_kw={"maxlength": "200", "autocomplete": "off"})
