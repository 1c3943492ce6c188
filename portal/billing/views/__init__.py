"""What a customer's people see of what they owe and pay; one module per noun, all on one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("billing", __name__)

# At the bottom, because the modules put their views on the blueprint.
from portal.billing.views import autopay as autopay  # noqa: E402
from portal.billing.views import confirming as confirming  # noqa: E402
from portal.billing.views import credits as credits  # noqa: E402
from portal.billing.views import disputes as disputes  # noqa: E402
from portal.billing.views import exemptions as exemptions  # noqa: E402
from portal.billing.views import invoice as invoice  # noqa: E402
from portal.billing.views import invoices as invoices  # noqa: E402
from portal.billing.views import links as links  # noqa: E402
from portal.billing.views import methods as methods  # noqa: E402
from portal.billing.views import overview as overview  # noqa: E402
from portal.billing.views import pay_links as pay_links  # noqa: E402
from portal.billing.views import paying as paying  # noqa: E402
from portal.billing.views import payment as payment  # noqa: E402
from portal.billing.views import payments_list as payments_list  # noqa: E402
from portal.billing.views import printed as printed  # noqa: E402
from portal.billing.views import promises as promises  # noqa: E402
from portal.billing.views import reminders as reminders  # noqa: E402
from portal.billing.views import scheduled as scheduled  # noqa: E402
from portal.billing.views import statements as statements  # noqa: E402
from portal.billing.views import webhook as webhook  # noqa: E402
