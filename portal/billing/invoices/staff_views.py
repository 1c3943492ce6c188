"""A customer's invoices and credit memos as PDF, for staff."""

from __future__ import annotations

from flask import abort
from werkzeug.wrappers import Response

from portal.accounts.companies.queries import visible_company
from portal.billing.documents.pdf import TooLong
from portal.billing.invoices.page import printed
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.queries.invoice import invoice_for_staff
from portal.billing.pages import staff_blueprint
from portal.foundation.errors import NotFound
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db


@staff_blueprint.get("/customers/<code>/invoices/<number>.pdf", endpoint="invoice_pdf")
@needs("billing:read")
def show_invoice_pdf(code: str, number: str) -> Response:
    """The document as the customer has it."""
    company = visible_company(db(), actor(), code)
    found = invoice_for_staff(db(), actor(), number)
    if found.company_id != company.id:
        raise NotFound
    try:
        return printed(document(db(), found))
    except TooLong:
        abort(422)
