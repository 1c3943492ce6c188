"""The blueprints that the pages of billing are put on; views/ and staff_views/ of each noun add theirs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("billing", __name__)
staff_blueprint = Blueprint("billing_staff", __name__)
