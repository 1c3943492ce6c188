"""Pages of stores; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("stores", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.stores.views import nearby, store  # noqa: E402

__all__ = ["blueprint", "nearby", "store"]
