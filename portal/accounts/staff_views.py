"""Pages of this domain for staff."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts_staff", __name__)
