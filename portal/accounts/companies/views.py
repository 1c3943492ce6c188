"""How the own company is named on documents, for its administrators."""

from __future__ import annotations

from flask import url_for

from portal.accounts.companies.page import billing_details_page
from portal.accounts.models import Company
from portal.accounts.pages import Answer, blueprint
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@blueprint.route("/company/billing-details", methods=["GET", "POST"], endpoint="billing_details")
@needs("company:manage")
def edit_billing_details() -> Answer:
    """Legal name, billing address, tax number."""
    company = db().get_one(Company, actor().customer_id)
    return billing_details_page(
        company, "accounts/companies/billing_details.html", done_href=url_for("billing.overview")
    )
