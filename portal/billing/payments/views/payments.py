"""The company's payments: what came in, went back or failed, and what is under way; and its export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.billing.invoices.words import attempt_words, payment_words
from portal.billing.pages import blueprint
from portal.billing.payment_states import REFUND_GONE
from portal.billing.payments.queries.payments import PaymentRow, UnderWay, payments, under_way
from portal.billing.tabs import money_tabs, payment_page
from portal.foundation.clock import local
from portal.foundation.money import to_major
from portal.foundation.paging import Page
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.answers.spreadsheets import PIECE, csv_download, plain
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, today

EXPORT_COLUMNS = (
    "Date",
    "What",
    "Payment",
    "Amount",
    "Currency",
    "How",
    "By",
    "Reference",
    "Not applied yet",
    "Invoices",
)
WHAT = {"payment": "Payment", "refund": "Refund", "chargeback": "Charged back", "failed": "Failed payment"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsPage:
    """One page of the history, with payments under way on the first.

    :ivar with_method: whether the reader may see with which card or account was paid.
    """

    history: Page[PaymentRow]
    under_way: Sequence[UnderWay]
    with_method: bool
    first_href: str | None
    next_href: str | None


@blueprint.get("/payments", endpoint="payments")
@needs("invoices:read")
def show_payments() -> str:
    """Newest first, with payments under way at the top."""
    after = request.args.get("after")
    history = payments(db(), actor().customer_id, after=after)
    page = PaymentsPage(
        history=history,
        under_way=under_way(db(), actor().customer_id) if after is None else [],
        with_method=actor().can("invoices:pay"),
        first_href=url_for("billing.payments") if after else None,
        next_href=url_for("billing.payments", after=history.next_cursor) if history.next_cursor else None,
    )
    return render_template(
        "billing/payments/payments.html",
        page=page,
        attempt_words=attempt_words,
        payment_words=payment_words,
        payment_href=payment_page(),
        money_tabs=money_tabs("billing.payments"),
    )


@blueprint.get("/payments.csv")
@needs("invoices:read")
def export_payments() -> Response:
    """The whole history as a file for a spreadsheet."""
    who, day = actor(), today()
    with_method = who.can("invoices:pay")

    def read(session: Session, after: str | None) -> tuple[list[tuple[Any, ...]], str | None]:
        page = payments(session, who.customer_id, after=after, size=PIECE)
        return [_cells(row, who.time_zone, with_method) for row in page.rows], page.next_cursor

    sent = csv_download(f"payments-{day.isoformat()}.csv", EXPORT_COLUMNS, who.customer_id, read)
    viewed(DocumentDownloaded(document="payments", format="csv", filters=[]), account_id=who.customer_id)
    return sent


def _moved(row: PaymentRow) -> bool:
    """Whether money moved: the column must add up."""
    return row.what != "failed" and row.state not in (*REFUND_GONE, "reversed")


def _cells(row: PaymentRow, zone: str, with_method: bool) -> tuple[Any, ...]:
    return (
        f"{local(row.at, zone):%Y-%m-%d %H:%M}",
        WHAT[row.what],
        plain(row.number),
        to_major(row.amount_minor, row.currency) if _moved(row) else "",
        row.currency,
        plain(payment_words(row.kind, row.method_words, with_method=with_method)),
        plain(row.actor_name),
        plain(row.reference),
        to_major(row.unapplied_minor, row.currency) if row.unapplied_minor else "",
        " ".join(plain(number) for number in row.invoices),
    )
