"""What counts against the credit limit, line by line, for the company's own people."""

from __future__ import annotations

from flask import render_template

from portal.billing.tabs import money_tabs
from portal.desk.credit_use.queries import credit_use
from portal.desk.pages import blueprint
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@blueprint.get("/account/credit", endpoint="credit_use")
@needs("invoices:read")
def show_credit_use() -> str:
    """The limit, its parts and what is left."""
    return render_template(
        "desk/credit_use/credit_use.html",
        use=credit_use(db(), actor().customer_id),
        money_tabs=money_tabs("billing.overview"),
    )
