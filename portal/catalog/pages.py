"""The blueprints that the pages of catalog are put on; views/ and staff_views/ of each noun add theirs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("catalog", __name__)
