"""The blueprints that the pages of desk are put on; views/ and staff_views/ of each noun add theirs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__)
