"""Pages of the catalogue; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("catalog", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.catalog.views import colours, product, search, why  # noqa: E402

__all__ = ["blueprint", "colours", "product", "search", "why"]
