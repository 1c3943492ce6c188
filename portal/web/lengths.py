"""Fields hold what they say they take."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from portal.foundation.inputs import length_problem


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
