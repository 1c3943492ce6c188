"""Forms parse what people typed; use cases decide. A refusal lands on its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import StopValidation, ValidationError

from portal.foundation.amounts import amount_field, parse_amount
from portal.foundation.errors import Rejected
from portal.foundation.inputs import clean_text, length_problem
from portal.foundation.smtp import takes_any_letters
from portal.foundation.smtp.addresses import BadAddress, needs_smtputf8, read_address
from portal.foundation.tokens import new_token


def strip(value: Any) -> Any:
    """Filter for text fields: outer white space and NUL characters never mean anything."""
    return clean_text(value) if isinstance(value, str) else value


def hold_to_length(unbound: Any) -> None:
    """Refuse what is longer than a field's maxlength: a browser may send it all the same, and nothing is ever cut."""
    longest = (unbound.kwargs.get("render_kw") or {}).get("maxlength")
    if longest is None:
        return

    def not_longer(form: Any, field: Any) -> None:
        words = length_problem(field.data or "", int(longest))
        if words:
            raise ValidationError(words)

    # They stand after the label, or by name.
    if len(unbound.args) > 1:
        label, validators, *more = unbound.args
        unbound.args = (label, [*validators, not_longer], *more)
    else:
        unbound.kwargs["validators"] = [*unbound.kwargs.get("validators", ()), not_longer]


class PortalForm(FlaskForm):
    """Parent of every form; carries the CSRF token."""

    class Meta:
        def bind_field(self, form: Any, unbound: Any, options: Any) -> Any:
            if unbound.field_class.__name__ in {
                "HiddenField",
                "StringField",
                "EmailField",
                "MoneyField",
                "SearchField",
                "TelField",
                "TextAreaField",
            }:
                filters = list(unbound.kwargs.get("filters", ()))
                if strip not in filters:
                    unbound.kwargs["filters"] = [strip, *filters]
                    hold_to_length(unbound)
            return unbound.bind(form=form, **options)

    def refuse(self, rejected: Rejected) -> None:
        """Show a use case's refusal: on its field, or above the form."""
        name = rejected.field
        if name and name in self._fields:
            target = self._fields[name]
            target.errors = [*target.errors, rejected.message]
        else:
            self.form_errors.append(rejected.message)


class MoneyField(StringField):
    """An amount in a currency that only the page knows."""

    def __init__(self, label: str, *, render_kw: Mapping[str, str] | None = None, **more: Any) -> None:
        attributes = dict(render_kw or {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, render_kw=attributes, **more)

    def minor(self, currency: str) -> int:
        """Minor units of what was typed.

        :raises Rejected: on the field.
        """
        try:
            return parse_amount(self.data or "", currency)
        except ValueError as error:
            raise Rejected(self.short_name, str(error), field=self.short_name) from error

    def minor_or_none(self, currency: str) -> int | None:
        """Minor units, or None when the field was left empty.

        :raises Rejected: on the field.
        """
        return self.minor(currency) if self.data else None

    def fill(self, minor: int, currency: str) -> None:
        """Show an amount in the field."""
        self.data = amount_field(minor, currency)


class MailAddress:
    """Validator: an address that mails from here can reach. The field then holds it as it is stored."""

    def __call__(self, form: Any, field: Any) -> None:
        if not field.data:
            return
        try:
            field.data = read_address(field.data)
        except BadAddress:
            raise StopValidation("Enter an address like name@company.com.") from None
        if needs_smtputf8(field.data) and not takes_any_letters(current_app.extensions["settings"].smtp_url):
            raise StopValidation(
                "Our mail server takes no letters like “ö” before the @. Use another address."
            )


# As the pages make them. Nothing else: the books name facts by keys with ":" in them, and a form must not claim those.
KEY = re.compile(r"[A-Za-z0-9_-]{20,80}")


class KeyedForm(PortalForm):
    """A form whose work is done once, however often it is sent: it carries a random idempotency key."""

    key = HiddenField()

    def fresh_key(self) -> None:
        """A key for a form that is shown for the first time."""
        self.key.data = new_token()

    def one_key(self) -> str:
        """The key that came with the form.

        :raises Rejected: if it is missing, or was not made here.
        """
        key = self.key.data or ""
        if not KEY.fullmatch(key):
            raise Rejected("no_key", "This form is incomplete. Reload the page and fill it in again.")
        return key
