"""Errors in the shape in which Stripe answers them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """Becomes an answer ``{"error": {…}}``. With ``keep`` what was written before it stays: a declined charge is a fact."""

    def __init__(self, status: int, kind: str, message: str, *, keep: bool = False, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.keep = keep
        self.fields = {
            "type": kind,
            "message": message,
            **{key: value for key, value in fields.items() if value is not None},
        }

    def at(self, param: str) -> ApiError:
        """The same, naming the field that is wrong."""
        self.fields["param"] = param
        return self

    @property
    def code(self) -> str:
        """Stripe's machine-readable reason."""
        return str(self.fields.get("code", ""))


def invalid(message: str, *, param: str | None = None, code: str | None = None, **fields: Any) -> ApiError:
    """400: the request can't be carried out as it is."""
    return ApiError(400, "invalid_request_error", message, param=param, code=code, **fields)


def missing(kind: str, given: object, param: str = "id") -> ApiError:
    """404, or 400 where the id came as a parameter: there is no such object."""
    noun = kind.replace("checkout.session", "checkout session").replace(" ", "_" if "_" in kind else " ")
    status = 404 if param == "id" else 400
    return ApiError(
        status, "invalid_request_error", f"No such {noun}: '{given}'", code="resource_missing", param=param
    )


def card_error(message: str, code: str, decline_code: str | None = None, **objects: Any) -> ApiError:
    """402: the bank said no. What happened until then is kept."""
    return ApiError(402, "card_error", message, keep=True, code=code, decline_code=decline_code, **objects)
