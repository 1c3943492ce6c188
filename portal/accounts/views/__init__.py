"""Pages of this domain; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.accounts.views import account, context, signing_in  # noqa: E402

__all__ = ["account", "blueprint", "context", "signing_in"]
