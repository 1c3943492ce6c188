"""Issues the invoice for what has left and is not invoiced yet, in the transaction of the hand-over.

The order is locked, so concurrent hand-overs invoice one after the other, each its own units. Payments, invoices and
credit are locked here, in that order; the caller settles stock and pickup windows after this.
"""

from __future__ import annotations

from sqlalchemy import select

from portal.billing.credit.use_cases import give_credit
from portal.billing.credit_memos.use_cases.prepayments import (
    apply_prepayments,
    end_prepayments,
    lock_prepayments,
)
from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.billing.reminders.letters.new_documents import mail_new_document
from portal.billing.settlement.use_cases.memos import use_memos
from portal.billing.settlement.use_cases.own_credit import lock_memos
from portal.foundation.clock import local
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder
from portal.orders.models.orders import Order, OrderLine
from portal.orders.parts import units_between
from portal.orders.status import CLOSED_STATES
from portal.stores.models import Store

SHIP_TO = ("line1", "city", "region", "postcode", "country")


def invoice_what_left(locked: LockedOrder) -> Invoice | None:
    """Issue the invoice for units that left and are on none yet; None if there is nothing to charge now.

    With terms "per order" it waits until the order is closed. The credit that was reserved for those units is released:
    from now on the invoice itself counts. Prepayments of this order pay it at once, then the company's own credit. The
    number of statements does not depend on the number of lines.
    """
    order, session = locked.order, locked.session
    gone = [(line, line.quantity_fulfilled - line.quantity_invoiced) for line in locked.lines]
    gone = [(line, units) for line, units in gone if units > 0]
    key = _issue_key(locked) if gone else None
    if key is None:
        return None
    ahead = lock_prepayments(session, company_id=order.company_id, draft_id=order.draft_id)
    memos = lock_memos(session, order.company_id, order.currency)
    document = new_document(locked, "invoice", key, [_line(order, *each) for each in gone])
    invoice = issue(session, document, actor=locked.actor, now=locked.now)
    if invoice is None:
        return None
    for line, units in gone:
        line.quantity_invoiced += units
    _release_credit(locked, invoice)
    apply_prepayments(session, invoice, ahead, actor=locked.actor, now=locked.now)
    if memos:
        use_memos(session, invoice, memos, actor=locked.actor, now=locked.now)
    mail_new_document(session, invoice)
    return invoice


def end_if_closed(locked: LockedOrder) -> int:
    """Give back to the account what was paid ahead for an order that is over, and not used. How much, in minor units."""
    order = locked.order
    if order.status not in CLOSED_STATES:
        return 0
    return end_prepayments(locked.session, company_id=order.company_id, draft_id=order.draft_id)


def _issue_key(locked: LockedOrder) -> str | None:
    """Names what is invoiced, so that it is invoiced once; None while the order's one invoice has to wait."""
    order = locked.order
    if not _per_order(locked):
        # Counted from the units invoiced before, so that a repeated shipment has the same key.
        return f"order:{order.id}:from:{sum(line.quantity_invoiced for line in locked.lines)}"
    return f"order:{order.id}" if order.status in CLOSED_STATES else None


def _release_credit(locked: LockedOrder, invoice: Invoice) -> None:
    order = locked.order
    if order.on_account and invoice.total_minor:
        give_credit(locked.session, company_id=order.company_id, amount_minor=invoice.total_minor)
        order.credit_released_minor += invoice.total_minor


def new_document(locked: LockedOrder, kind: str, key: str, lines: list[Line]) -> NewDocument:
    """An invoice or credit memo of the order, dated on the store's calendar.

    :param key: names what is charged or credited: the same key is issued once.
    """
    order = locked.order
    store = locked.session.get(Store, order.store_id) if order.store_id else None
    return NewDocument(
        kind,
        order.company_id,
        order.currency,
        key,
        local(locked.now, store.time_zone).date() if store else locked.now.date(),
        lines,
        order_id=order.id,
        order_number=order.number,
        store_id=order.store_id,
        po_number=order.po_number,
        job_id=order.job_id,
        job_name=order.job_name,
        ordered_by=order.subject_name or order.placed_by_name,
        placed_by_rep=order.placed_by_name if order.delegation_id is not None else "",
        ship_to=_place(order, store),
        exemption=order.exemption,
    )


def _place(order: Order, store: Store | None) -> dict[str, str | bool] | None:
    """Where the goods went, as it was: the address of a delivery, or the store that handed them over."""
    if order.ship_to:
        delivered: dict[str, str | bool] = {**order.ship_to}
        return delivered
    if store is None:
        return None
    place: dict[str, str | bool] = {name: getattr(store, name) for name in SHIP_TO}
    return {"picked_up": True, "label": "Pickup", "recipient": store.name, **place}


def colour_words(line: OrderLine) -> str:
    """Number and name of a line's colour; empty for none."""
    return " ".join(part for part in (line.colour_number, line.colour_name) if part)


def _per_order(locked: LockedOrder) -> bool:
    per = select(PaymentTerms.invoice_per).where(PaymentTerms.company_id == locked.order.company_id)
    return locked.session.scalar(per) == "order"


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
