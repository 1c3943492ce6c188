"""Pages of this domain for staff; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts_staff", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.accounts.staff_views import acting, staff  # noqa: E402

__all__ = ["acting", "blueprint", "staff"]
