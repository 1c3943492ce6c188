"""The blueprint of the catalog; each noun's views register their pages on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("catalog", __name__)
