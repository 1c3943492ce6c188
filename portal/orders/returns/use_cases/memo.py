"""The credit memo of goods that come back: its lines name the invoices that charged them, under their locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from portal.billing.invoices.charged import Charged
from portal.billing.invoices.queries.credited import CreditByAmount, charged, credits_by_amount
from portal.billing.invoices.use_cases.issue import Line, NewDocument
from portal.billing.models.invoices import Invoice
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor, to_major
from portal.orders.fulfilment.use_cases.invoices import colour_words, new_document
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder
from portal.orders.models.orders import OrderLine
from portal.orders.returns.charged import Excess, Part, excesses, parts_of
from portal.orders.returns.words import credited_words

MANAGES = "billing:manage"


def return_memo(
    locked: LockedOrder, lines: Sequence[tuple[OrderLine, int]], *, key: str, reason: str, beyond: bool
) -> NewDocument:
    """The document over units of lines, for each invoice its share. Where an amount of an invoice was credited before,
    no more than the rest of it.

    :param beyond: an administrator agreed that only the rest is credited.
    :raises Rejected: ``beyond`` if nobody has, or who has may not.
    """
    parts = _parts(locked, lines)
    over = excesses(parts)
    if any(each.worth.net for each in over):
        _check_beyond(locked, over, beyond=beyond)
    memo_lines = [*(_line(locked, part) for part in parts), *_all_taken_off(locked, over)]
    named = {line.corrects_invoice_id for line in memo_lines}
    return replace(
        new_document(locked, "credit_memo", key, memo_lines),
        corrects_invoice_id=named.pop() if len(named) == 1 else None,
        reason=reason,
    )


def _parts(locked: LockedOrder, lines: Sequence[tuple[OrderLine, int]]) -> list[Part]:
    invoices, currency = _lock_charged(locked), locked.order.currency
    return [
        part
        for line, units in lines
        for part in parts_of(line, line.line_no, line.quantity_returned, units, invoices, currency)
    ]


def _lock_charged(locked: LockedOrder) -> list[Charged]:
    """The order's invoices in the order in which they were issued; locked, so that nobody credits them meanwhile."""
    session, order = locked.session, locked.order
    query = select(Invoice.id).where(Invoice.order_id == order.id, Invoice.kind == "invoice")
    ids = session.scalars(query.order_by(Invoice.id)).all()
    lock_invoices(session, company_id=order.company_id, ids=ids)
    return list(charged(session, ids).values())


def _check_beyond(locked: LockedOrder, over: Sequence[Excess], *, beyond: bool) -> None:
    may = locked.actor.can(MANAGES)
    if beyond and may:
        return
    before = credits_by_amount(locked.session, locked.order.id)
    lead = " ".join(credited_words(each, locked.order.currency) for each in before)
    left = ", ".join(
        f"{format_minor(each.invoice.left.gross, each.invoice.currency)} of {each.invoice.number}"
        for each in {each.invoice.id: each for each in over}.values()
    )
    what = "Tick the box to take the goods back and credit only what is left."
    ask = "Ask an administrator: they can take the goods back and credit only what is left."
    raise Rejected(
        "beyond", f"{lead} At most {left} can still be credited. {what if may else ask}", field="beyond"
    )


def _all_taken_off(locked: LockedOrder, over: Sequence[Excess]) -> list[Line]:
    before = credits_by_amount(locked.session, locked.order.id) if over else []
    return [_taken_off(each, before) for each in over]


def _taken_off(excess: Excess, before: Sequence[CreditByAmount]) -> Line:
    """What was credited before of what comes back now, so that the memo is over the rest."""
    invoice, worth = excess.invoice, excess.worth
    numbers = ", ".join(each.memo_number for each in before if each.invoice_number == invoice.number)
    return Line(
        f"Credited before: {numbers}",
        1,
        to_major(worth.net, invoice.currency),
        worth.net,
        unit="adjustment",
        tax_minor=worth.tax,
        corrects_invoice_id=invoice.id,
        corrects_line_no=excess.line_no,
    )


def _line(locked: LockedOrder, part: Part) -> Line:
    line = locked.line(part.order_line_no)
    return Line(
        line.name,
        -part.units,
        line.unit_price,
        -part.worth.net,
        sku=line.sku,
        colour=colour_words(line),
        unit=line.unit,
        order_line_no=line.line_no,
        tax_share=line.tax_share,
        tax_minor=-part.worth.tax,
        corrects_invoice_id=part.invoice.id if part.invoice else None,
        corrects_line_no=part.line.line_no if part.line else None,
    )
