"""What people type about money outside Stripe, refunds, autopay, scheduled payments and links. Parsing only."""

from __future__ import annotations

import re
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Email, Optional

from portal.billing.amounts import parse_amount
from portal.billing.offline_payments.use_cases import KINDS
from portal.billing.pay_links.use_cases import DEFAULT_DAYS
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token
from portal.web.forms import PortalForm

# As the pages make them. Nothing else: the books name facts by keys with ":" in them, and a form must not claim those.
KEY = re.compile(r"[A-Za-z0-9_-]{20,80}")
LINK_DAYS = (3, 7, DEFAULT_DAYS, 30, 60)


class KeyedForm(PortalForm):
    """A form that does its work once, however often it is sent: it carries a random key."""

    key = HiddenField()

    def fresh_key(self) -> None:
        """A key for a form that is shown for the first time."""
        self.key.data = new_token()

    def one_key(self) -> str:
        """The key that came with the form.

        :raises Rejected: when it is missing or none of ours.
        """
        key = self.key.data or ""
        if not KEY.fullmatch(key):
            raise Rejected("no_key", "This form is incomplete. Reload the page and fill it in again.")
        return key


def amount_of(field: Any, currency: str, *, name: str = "amount") -> int:
    """Minor units of what was typed into a field.

    :raises Rejected: on the field.
    """
    try:
        return parse_amount(field.data or "", currency)
    except ValueError as error:
        raise Rejected(name, str(error), field=name) from error


def money_field(label: str, **more: Any) -> StringField:
    """A field for an amount."""
    return StringField(label, render_kw={"inputmode": "decimal", "autocomplete": "off"}, **more)


class OfflineForm(KeyedForm):
    """Money that came outside Stripe."""

    kind = SelectField("How it came", choices=[SelectChoice(value, label) for value, label in KINDS.items()])
    amount = money_field("Amount")
    received_on = DateField("Received on", [Optional()])
    reference = StringField("Reference", render_kw={"maxlength": "60", "autocomplete": "off"})
    note = StringField("Note", render_kw={"maxlength": "300", "autocomplete": "off"})
    rest = BooleanField("Leave what is not put onto invoices unapplied")


class RefundForm(KeyedForm):
    """Money to be given back."""

    amount = money_field("Amount to give back")
    reason = StringField("Why", render_kw={"maxlength": "300", "autocomplete": "off"})
    agreed = BooleanField("Open these invoices again")
    above_limit = BooleanField("Give it back although credit in use passes the limit")


class ApplicationForm(KeyedForm):
    """Nothing but the key: the amounts stand beside the invoices."""


class AutopayForm(PortalForm):
    """By which rule autopay pays, with what, and up to how much."""

    rule = RadioField(
        "When",
        choices=[
            SelectChoice("due", "On the due day of each invoice"),
            SelectChoice("before", "Some days before the due day of each invoice"),
            SelectChoice("monthly", "Once a month, everything that is open"),
        ],
        default="due",
    )
    day = IntegerField(
        "Which day",
        [Optional()],
        description="For “some days before”: how many. For “once a month”: the day of the month, 1 to 31.",
        render_kw={"inputmode": "numeric", "min": "1", "max": "31"},
    )
    method = SelectField("Pay with", coerce=int)
    limit = money_field("At most in one go", description="Leave it empty for no limit.")
    shown = HiddenField()
    agreed = BooleanField("I agree to this for my company")


class ScheduleForm(PortalForm):
    """On which later day, and with what."""

    run_on = DateField("Pay on", [Optional()])
    method = SelectField("Pay with", coerce=int)


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
        [Optional(), Email("Enter an address like name@company.com.")],
        description="Or leave this empty and pass the link on yourself.",
        render_kw={
            "maxlength": "254",
            "autocapitalize": "none",
            "spellcheck": "false",
            "autocomplete": "off",
        },
    )
