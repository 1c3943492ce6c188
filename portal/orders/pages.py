"""The blueprints that the pages of orders are put on; views/ and staff_views/ of each noun add theirs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("orders", __name__)
staff_blueprint = Blueprint("orders_staff", __name__)
