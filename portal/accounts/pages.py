"""The blueprints of accounts; each noun's views and staff_views register their pages on them."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]

blueprint = Blueprint("accounts", __name__)
staff_blueprint = Blueprint("accounts_staff", __name__)
