"""The counter: pages of this domain for store staff; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("orders_staff", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.orders.staff_views import board as board  # noqa: E402
from portal.orders.staff_views import finding as finding  # noqa: E402
from portal.orders.staff_views import handover as handover  # noqa: E402
from portal.orders.staff_views import order as order  # noqa: E402
from portal.orders.staff_views import returning as returning  # noqa: E402
from portal.orders.staff_views import shortages as shortages  # noqa: E402
from portal.orders.staff_views import steps as steps  # noqa: E402
