"""Pages of this domain for customers; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("orders", __name__)

# At the bottom, because the modules put their views on the blueprint.
