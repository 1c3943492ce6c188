"""Forms parse what people typed; use cases decide. A refusal lands on its field."""

from __future__ import annotations

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from portal.foundation.amounts import parse_amount
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token


def strip(value: Any) -> Any:
    """Filter for text fields: outer white space and NUL characters never mean anything."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


class PortalForm(FlaskForm):
    """Parent of every form; carries the CSRF token."""

    class Meta:
        def bind_field(self, form: Any, unbound: Any, options: Any) -> Any:
            if unbound.field_class.__name__ in {
                "HiddenField",
                "StringField",
                "EmailField",
                "SearchField",
                "TelField",
                "TextAreaField",
            }:
                filters = list(unbound.kwargs.get("filters", ()))
                if strip not in filters:
                    unbound.kwargs["filters"] = [strip, *filters]
            return unbound.bind(form=form, **options)

    def refuse(self, rejected: Rejected) -> None:
        """Show a use case's refusal: on its field, or above the form."""
        name = rejected.field
        if name and name in self._fields:
            field = self._fields[name]
            field.errors = [*field.errors, rejected.message]
        else:
            self.form_errors.append(rejected.message)


# As the pages make them. Nothing else: the books name facts by keys with ":" in them, and a form must not claim those.
KEY = re.compile(r"[A-Za-z0-9_-]{20,80}")


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
