"""How a customer is named on documents, for our administrators."""

from __future__ import annotations

from flask import url_for

from portal.accounts.companies.page import billing_details_page
from portal.accounts.companies.queries import visible_company
from portal.accounts.pages import Answer, staff_blueprint
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@staff_blueprint.route(
    "/customers/<code>/billing-details", methods=["GET", "POST"], endpoint="billing_details"
)
@needs("billing:manage")
def edit_customer_billing_details(code: str) -> Answer:
    """Legal name, billing address, tax number."""
    return billing_details_page(
        visible_company(db(), actor(), code),
        "accounts/companies/customer_billing_details.html",
        done_href=url_for("desk.customer", code=code),
    )
