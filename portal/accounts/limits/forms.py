"""Forms about order limits."""

from __future__ import annotations

from portal.web.forms import MoneyField, PortalForm


class RepLimitForm(PortalForm):
    """The largest order that a rep may place in somebody's name without approval."""

    limit = MoneyField(
        "Reps order alone up to",
        description="With tax, for each order. Leave it empty for whatever the person they act for may order alone.",
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": "30"},
    )
