"""Pages of this domain; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

blueprint = Blueprint("accounts", __name__)
Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]

# At the bottom, because the modules put their views on the blueprint.
from portal.accounts.views import (  # noqa: E402
    account,
    acting_log,
    context,
    invitation,
    jobs,
    people,
    reset,
    signing_in,
)

__all__ = [
    "Answer",
    "account",
    "acting_log",
    "blueprint",
    "context",
    "invitation",
    "jobs",
    "people",
    "reset",
    "signing_in",
]
