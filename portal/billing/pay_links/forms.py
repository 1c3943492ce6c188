"""What people type about pay links. Parsing only."""

from __future__ import annotations

from wtforms import EmailField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from portal.billing.pay_links.rules import DEFAULT_DAYS
from portal.web.forms import MailAddress, PortalForm

LINK_DAYS = (3, 7, DEFAULT_DAYS, 30, 60)


class LinkForm(PortalForm):
    """How long a pay link works, and to whom it goes."""

    days = SelectField(
        "It works for",
        coerce=int,
        choices=[SelectChoice(n, f"{n} days") for n in LINK_DAYS],
        default=DEFAULT_DAYS,
    )
    email = EmailField(
        "Send it to",
        [Optional(), MailAddress()],
        description="Or leave this empty and pass the link on yourself.",
        render_kw={
            "maxlength": "254",
            "autocapitalize": "none",
            "spellcheck": "false",
            "autocomplete": "off",
        },
    )
