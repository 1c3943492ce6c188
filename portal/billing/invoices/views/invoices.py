"""The company's invoices and credit memos: the list by status, and its export."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.billing.account.queries.ageing import keep_to_indexes, overview
from portal.billing.invoices.csv_rows import COLUMNS, Cells, cells
from portal.billing.invoices.filters import InvoiceFilter, read_filter
from portal.billing.invoices.list_page import list_page
from portal.billing.invoices.queries.invoices import invoices
from portal.billing.invoices.words import due_words
from portal.billing.pages import blueprint
from portal.billing.payments.pay_all_page import pay_all
from portal.billing.tabs import money_tabs
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.answers.spreadsheets import PIECE, csv_download
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, today


@blueprint.get("/invoices", endpoint="invoices")
@needs("invoices:read")
def show_invoices() -> str | tuple[str, int]:
    """What is open comes first, the earliest due day on top; a page at a time."""
    company_id = actor().customer_id
    keep_to_indexes(db())
    owed = overview(db(), company_id, today())
    may_pay = actor().can("invoices:pay")
    listed = list_page(
        company_id,
        owed.main.by_status,
        _href,
        invoice_endpoint="billing.invoice",
        pay_href=url_for("billing.new_payment") if may_pay else None,
        export_url=_export_href,
    )
    body = render_template(
        "billing/invoices/invoices.html",
        listed=listed,
        owed=owed,
        due_words=due_words,
        list_href=_href,
        credits_href=url_for("billing.credits") if may_pay else None,
        money_tabs=money_tabs("billing.invoices"),
        pay_all=pay_all(company_id, owed.main.currency) if may_pay else None,
    )
    return (body, 422) if listed.errors else body


def _href(**query: Any) -> str:
    return url_for("billing.invoices", **query)


def _export_href(**query: Any) -> str:
    return url_for("billing.export_invoices", **query)


@blueprint.get("/invoices.csv", endpoint="export_invoices")
@needs("invoices:read")
def create_export() -> Response | str | tuple[str, int]:
    """What is filtered, or what was ticked, as a file for a spreadsheet."""
    wanted, errors = read_filter(request.args, request.args.getlist("invoice"))
    if errors:
        return show_invoices()
    company_id, day = actor().customer_id, today()

    def read(session: Session, after: str | None) -> tuple[list[Cells], str | None]:
        keep_to_indexes(session)
        page = invoices(session, company_id=company_id, wanted=wanted, today=day, after=after, size=PIECE)
        return [cells(row, day) for row in page.rows], page.next_cursor

    sent = csv_download(f"{_file_name(wanted)}-{day.isoformat()}.csv", COLUMNS, company_id, read)
    viewed(DocumentDownloaded(document="invoices", format="csv", filters=wanted.names), account_id=company_id)
    return sent


def _file_name(wanted: InvoiceFilter) -> str:
    if wanted.numbers:
        return "chosen-invoices"
    return {"memos": "credit-memos", "all": "invoices"}.get(wanted.status, f"{wanted.status}-invoices")
