"""What counts against a customer's credit limit, line by line, for staff."""

from __future__ import annotations

from flask import render_template

from portal.accounts.companies.queries import visible_company
from portal.desk.credit_use.queries import credit_use
from portal.desk.pages import blueprint
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db


@blueprint.get("/customers/<code>/credit", endpoint="customer_credit_use")
@needs("billing:read")
def show_customer_credit_use(code: str) -> str:
    """The limit, its parts and what is left."""
    company = visible_company(db(), actor(), code)
    viewed(HistoryLookedUp(opened="account"), account_id=company.id)
    return render_template(
        "desk/credit_use/customer_credit_use.html", use=credit_use(db(), company.id), company=company
    )
