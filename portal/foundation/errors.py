"""What a use case says when the answer is no."""

from __future__ import annotations

from typing import Any


class Rejected(Exception):
    """A business rule refuses, and the person can do something about it.

    :param code: stable machine name, also the touchpoint's ``error_code``.
    :param message: plain sentence for the person, saying what to do next.
    :param field: the form field it belongs to, if any.
    :param outcome: outcome for the touchpoint log (validation_error, out_of_stock, credit_hold, conflict, denied).
    :param details: data the page shows beside the message (for example what changed).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        outcome: str = "validation_error",
        details: Any = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.outcome = outcome
        self.details = details


class Conflict(Rejected):
    """The same request was made before with other contents (HTTP 409)."""

    def __init__(self, code: str, message: str, *, details: Any = None) -> None:
        super().__init__(code, message, outcome="conflict", details=details)


class NotFound(Exception):
    """It does not exist for this actor; whether it exists for another is nobody's business (HTTP 404)."""
