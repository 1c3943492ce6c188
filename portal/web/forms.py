"""Forms parse what people typed; use cases decide. A refusal lands on its field."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm

from portal.foundation.errors import Rejected


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
