"""What staff see and do about what customers owe and pay; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("billing_staff", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.billing.staff_views import credit_memos as credit_memos  # noqa: E402
from portal.billing.staff_views import credits as credits  # noqa: E402
from portal.billing.staff_views import customer_billing as customer_billing  # noqa: E402
from portal.billing.staff_views import disputes as disputes  # noqa: E402
from portal.billing.staff_views import exemptions as exemptions  # noqa: E402
from portal.billing.staff_views import holds as holds  # noqa: E402
from portal.billing.staff_views import payments as payments  # noqa: E402
from portal.billing.staff_views import printed as printed  # noqa: E402
from portal.billing.staff_views import reconciliation as reconciliation  # noqa: E402
from portal.billing.staff_views import refunds as refunds  # noqa: E402
from portal.billing.staff_views import reminders as reminders  # noqa: E402
from portal.billing.staff_views import statements as statements  # noqa: E402
from portal.billing.staff_views import terms as terms  # noqa: E402
from portal.billing.staff_views import worklist as worklist  # noqa: E402
