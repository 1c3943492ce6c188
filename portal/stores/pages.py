"""The blueprint of stores; each noun's views register their pages on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("stores", __name__)
