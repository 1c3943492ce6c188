"""Pages of this domain for customers; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("orders", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.orders.views import approvals as approvals  # noqa: E402
from portal.orders.views import bought as bought  # noqa: E402
from portal.orders.views import checkout as checkout  # noqa: E402
from portal.orders.views import credit_help as credit_help  # noqa: E402
from portal.orders.views import draft_page as draft_page  # noqa: E402
from portal.orders.views import drafts as drafts  # noqa: E402
from portal.orders.views import history as history  # noqa: E402
from portal.orders.views import placing as placing  # noqa: E402
from portal.orders.views import reordering as reordering  # noqa: E402
from portal.orders.views import replacing as replacing  # noqa: E402
from portal.orders.views import slips as slips  # noqa: E402
from portal.orders.views import tracking as tracking  # noqa: E402
