"""Fulfilment issues invoices: what has left and is not invoiced yet becomes an invoice, in the same transaction.

The order is locked, so two hand-overs at once invoice one after the other, each its own units. Payments, invoices and
credit are locked here, in that order; the caller settles stock and pickup windows after this.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from portal.billing.credit.use_cases import give_credit
from portal.billing.credit_memos.use_cases.prepayments import apply_prepayments, lock_prepayments
from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.billing.reminders.letters import mail_new_document
from portal.foundation.clock import local
from portal.orders.fulfilment.use_cases.transitions import Work
from portal.orders.models.orders import Order, OrderLine
from portal.orders.parts import units_between
from portal.orders.status import CLOSED_STATES
from portal.stores.models import Store

SHIP_TO = ("line1", "city", "region", "postcode", "country")


def invoice_what_left(work: Work) -> Invoice | None:
    """Issue the invoice for units that left and stand on none yet; None when there is nothing to charge now.

    With terms "per order" it waits until the order is closed. The credit that those units had reserved is given back:
    from now on the invoice itself counts. What was paid ahead for this order pays it at once. The same number of
    statements for any number of lines.
    """
    order, session = work.order, work.session
    gone = [(line, line.quantity_fulfilled - line.quantity_invoiced) for line in work.lines]
    gone = [(line, units) for line, units in gone if units > 0]
    if not gone:
        return None
    if _per_order(work):
        if order.status not in CLOSED_STATES:
            return None
        key = f"order:{order.id}"
    else:
        # Counted from the units invoiced before, so that the same shipment has the same key however it is told.
        key = f"order:{order.id}:from:{sum(line.quantity_invoiced for line in work.lines)}"
    ahead = lock_prepayments(session, company_id=order.company_id, draft_id=order.draft_id)
    store = session.get(Store, order.store_id) if order.store_id else None
    invoice = issue(
        session,
        _document(order, store, key, work, [_line(order, *each) for each in gone]),
        actor=work.actor,
        now=work.now,
    )
    if invoice is None:
        return None
    for line, units in gone:
        line.quantity_invoiced += units
    if order.on_account and invoice.total_minor:
        give_credit(session, company_id=order.company_id, amount_minor=invoice.total_minor)
        order.credit_released_minor += invoice.total_minor
    apply_prepayments(session, invoice, ahead, actor=work.actor, now=work.now)
    mail_new_document(session, invoice)
    return invoice


def today_at(store: Store | None, work: Work) -> date:
    """The day on the store's calendar: the one that stands on the paper."""
    return local(work.now, store.time_zone).date() if store else work.now.date()


def place_of(order: Order, store: Store | None) -> dict[str, Any] | None:
    """Where the goods went, as it was: the address of a delivery, or the store that handed them over."""
    if order.ship_to or store is None:
        return order.ship_to
    place = {name: getattr(store, name) for name in SHIP_TO}
    return {"picked_up": True, "label": "Pickup", "recipient": store.name, **place}


def colour_words(line: OrderLine) -> str:
    """Number and name of a line's colour; empty for none."""
    return " ".join(part for part in (line.colour_number, line.colour_name) if part)


def _per_order(work: Work) -> bool:
    per = select(PaymentTerms.invoice_per).where(PaymentTerms.company_id == work.order.company_id)
    return work.session.scalar(per) == "order"


def _line(order: Order, line: OrderLine, units: int) -> Line:
    worth = units_between(line, line.quantity_invoiced, line.quantity_invoiced + units, order.currency)
    return Line(
        line.name,
        units,
        line.unit_price,
        worth.net,
        sku=line.sku,
        colour=colour_words(line),
        unit=line.unit,
        order_line_no=line.line_no,
        tax_share=line.tax_share,
        tax_minor=worth.tax,
    )


def _document(order: Order, store: Store | None, key: str, work: Work, lines: list[Line]) -> NewDocument:
    return NewDocument(
        "invoice",
        order.company_id,
        order.currency,
        key,
        today_at(store, work),
        lines,
        order_id=order.id,
        order_number=order.number,
        store_id=order.store_id,
        po_number=order.po_number,
        job_id=order.job_id,
        job_name=order.job_name,
        ship_to=place_of(order, store),
        exemption=order.exemption,
    )
