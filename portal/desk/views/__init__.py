"""Pages that combine domains; one module per page, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.desk.views import activity as activity  # noqa: E402
from portal.desk.views import customers as customers  # noqa: E402
from portal.desk.views import home as home  # noqa: E402
from portal.desk.views import lookup as lookup  # noqa: E402
from portal.desk.views import support_order as support_order  # noqa: E402
