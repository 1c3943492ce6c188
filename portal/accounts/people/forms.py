"""Forms about a company's people."""

from __future__ import annotations

from wtforms import RadioField
from wtforms.fields import SelectChoice

from portal.web.forms import MoneyField, PortalForm

ROLE_CHOICES = (
    SelectChoice("viewer", "Viewer: sees products, prices and orders"),
    SelectChoice("buyer", "Buyer: orders and reorders"),
    SelectChoice("approver", "Approver: orders, and approves what others order"),
    SelectChoice("company_admin", "Company admin: everything, with people and settings"),
)


class RoleForm(PortalForm):
    role = RadioField("Role", choices=ROLE_CHOICES)


class OrderLimitForm(PortalForm):
    """The largest order that a person may place without approval."""

    limit = MoneyField(
        "Orders alone up to",
        description="With tax, for each order. What is above it waits for an approver. Leave it empty for any amount.",
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": "30"},
    )
