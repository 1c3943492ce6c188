"""Crediting what was charged: goods that come back, goods that were wrong, units that never came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.refunds.facts import OrderRefunded
from portal.billing.reminders.letters import mail_new_document
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor
from portal.orders.fulfilment.use_cases.invoices import colour_words, place_of, today_at
from portal.orders.fulfilment.use_cases.transitions import Work, note, record_step, stock_of, take
from portal.orders.models.orders import OrderLine
from portal.orders.parts import units_between
from portal.orders.returns.facts import ReturnRequested
from portal.orders.returns.rules import REASONS, is_claim, is_sellable, refusal
from portal.stores.models import Store
from portal.stores.stock.use_cases import put_back


def take_back(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    number: str,
    units: Mapping[int, int],
    reason: str,
    restock: bool,
    token: str,
) -> Invoice:
    """Credit units of an order's lines, once: the same form sent twice gives the memo that it gave before.

    Never more than was invoiced and not credited yet. What can be sold again goes back on the store's shelf when
    somebody has looked at it and said so; tinted goods never do.

    :param units: by line number, each above zero.
    :param reason: one of :data:`portal.orders.returns.REASONS`.
    :param token: random, made with the form.
    :raises NotFound: for an order of another store.
    :raises Rejected: ``nothing``; ``reason``; ``units-<line>`` on the line's field; ``restock``.
    """
    work = take(session, actor=actor, now=now, number=number)
    key = f"return:{work.order.id}:{token}"
    before = session.scalars(select(Invoice).where(Invoice.issue_key == key)).one_or_none()
    if before is not None:
        return before
    back = _checked(work, units, reason, restock)
    memo = issue(session, _memo(work, back, reason, key), actor=actor, now=now)
    assert memo is not None  # the order is locked, and the key was looked for under its lock
    for line, n in back:
        line.quantity_returned += n
    _tell(work, back, reason, memo)
    mail_new_document(session, memo)
    if restock and work.order.store_id is not None:
        put_back(session, store_id=work.order.store_id, quantities=stock_of(back))
    return memo


def returnable(line: OrderLine) -> int:
    """Units of a line that were invoiced and not credited yet."""
    return max(0, line.quantity_invoiced - line.quantity_returned)


def _checked(work: Work, units: Mapping[int, int], reason: str, restock: bool) -> list[tuple[OrderLine, int]]:
    back = [(work.line(line_no), n) for line_no, n in sorted(units.items())]
    if not back:
        raise Rejected("nothing", "Enter how many units of at least one line.", field="units")
    for line, n in back:
        if not 0 < n <= returnable(line):
            most = returnable(line)
            words = f"Give a number from 1 to {most}." if most else "All of it was credited already."
            raise Rejected("units", f"{line.sku}: {words}", field=f"units-{line.line_no}")
    if reason not in REASONS:
        raise Rejected("reason", "Choose why it is credited.", field="reason")
    for line, _ in back:
        problem = refusal(reason, tinted=line.colour_number is not None)
        if problem:
            raise Rejected("reason", f"{line.sku}: {problem}", field="reason")
        if restock and not is_sellable(reason, tinted=line.colour_number is not None):
            raise Rejected(
                "restock",
                f"{line.sku} cannot be sold again, so it does not go back on the shelf.",
                field="restock",
            )
    return back


def _memo(work: Work, back: list[tuple[OrderLine, int]], reason: str, key: str) -> NewDocument:
    order, session = work.order, work.session
    store = session.get(Store, order.store_id) if order.store_id else None
    charged = (
        select(Invoice.id)
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .where(
            Invoice.order_id == order.id,
            Invoice.kind == "invoice",
            InvoiceLine.order_line_no.in_([line.line_no for line, _ in back]),
        )
        .order_by(Invoice.id.desc())
        .limit(1)
    )
    return NewDocument(
        "credit_memo",
        order.company_id,
        order.currency,
        key,
        today_at(store, work),
        [_line(work, *each) for each in back],
        order_id=order.id,
        order_number=order.number,
        corrects_invoice_id=session.scalar(charged),
        reason=REASONS[reason],
        store_id=order.store_id,
        po_number=order.po_number,
        job_id=order.job_id,
        job_name=order.job_name,
        ship_to=place_of(order, store),
        exemption=order.exemption,
    )


def _line(work: Work, line: OrderLine, units: int) -> Line:
    worth = units_between(line, line.quantity_returned, line.quantity_returned + units, work.order.currency)
    return Line(
        line.name,
        -units,
        line.unit_price,
        -worth.net,
        sku=line.sku,
        colour=colour_words(line),
        unit=line.unit,
        order_line_no=line.line_no,
        tax_share=line.tax_share,
        tax_minor=-worth.tax,
    )


def _tell(work: Work, back: list[tuple[OrderLine, int]], reason: str, memo: Invoice) -> None:
    what = ", ".join(f"{n} of {line.sku}" for line, n in back[:3])
    what += f" and {len(back) - 3} more" if len(back) > 3 else ""
    amount = format_minor(-memo.total_minor, memo.currency)
    event = note(work, f"Credited {amount} for {what} ({REASONS[reason].lower()}), credit memo {memo.number}")
    units = sum(n for _, n in back)
    claim = is_claim(reason)
    record_step(work, ReturnRequested(quantity=units, lines=len(back), reason=reason, claim=claim), event)
    record_step(
        work,
        OrderRefunded(quantity=units, lines=len(back), reason=reason),
        event,
        value_minor=-memo.total_minor,
    )
