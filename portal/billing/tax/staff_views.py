"""Customers' tax exemptions for staff: whoever answers the phone sees why there is no tax, administrators get the
files."""

from __future__ import annotations

from flask import Response, render_template

from portal.accounts.companies.queries import visible_company
from portal.billing.pages import staff_blueprint
from portal.billing.tax.exemption_rules import REASONS
from portal.billing.tax.page import certificate_download, state_today
from portal.billing.tax.queries.exemptions import exemption_file, exemptions_of
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@staff_blueprint.get("/customers/<code>/tax-exemptions", endpoint="exemptions")
@needs("billing:read")
def show_exemptions(code: str) -> str:
    """A company's certificates."""
    company = visible_company(db(), actor(), code)
    return render_template(
        "billing/tax/customer_exemptions.html",
        company=company,
        exemptions=exemptions_of(db(), company.id),
        reasons=REASONS,
        may_download=actor().can("billing:manage"),
        state=state_today,
    )


@staff_blueprint.get(
    "/customers/<code>/tax-exemptions/<int:exemption_id>/file", endpoint="exemption_document"
)
@needs("billing:manage")
def show_certificate(code: str, exemption_id: int) -> Response:
    """A certificate's file."""
    company = visible_company(db(), actor(), code)
    return certificate_download(exemption_file(db(), company.id, exemption_id))
