"""The confirmation of an order: a row and a job, committed with it and sent afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.actor import Actor
from portal.foundation.mail import Letter, Mail, To, send
from portal.foundation.money import format_minor, format_unit_price
from portal.orders.checkout.new_order import NewOrder
from portal.orders.drafts.lines import Line
from portal.orders.promise import when_words, window_words
from portal.stores.models import Store

MOST_LINES = 100  # of a mail; the page of the order has all of them


@dataclass(frozen=True, kw_only=True)
class OrderConfirmation(Letter, words="order confirmation"):
    """An order was placed. Amounts and moments are in words; what does not apply is empty.

    :ivar sold: what was ordered, line by line; the first hundred lines of a longer order.
    :ivar nothing_there: all of it waits for stock, so that no time is promised.
    """

    number: str
    path: str
    company: str
    total: str
    tax: str
    tax_words: str
    exempt: str
    lines: int
    sold: list[dict[str, str]]
    nothing_there: bool
    po_number: str
    job: str
    fulfilment: str
    promised: str
    window: str
    code: str
    pickup_person: str
    ship_to: dict[str, str]
    store: dict[str, str]
    placed_by: str
    on_behalf: bool
    reason: str
    approved_by: str


def mail_confirmation(
    session: Session, order: NewOrder, *, order_id: int, number: str, actor: Actor, now: datetime
) -> None:
    """Confirm to the customer's person: the one who placed it, or the one whom a rep acted for."""
    email, language = actor.email, actor.language
    if actor.is_acting:
        email, language = session.execute(
            select(User.email, User.language).where(User.id == actor.acting_for_user_id)
        ).one()
    mail = Mail(
        key=f"order_confirmation:{number}",
        letter=_confirmation(order, number, actor, now),
        to=To(email, order.subject_name, language),
        company_id=order.company_id,
        order_id=order_id,
    )
    send(session, mail)


def _confirmation(order: NewOrder, number: str, actor: Actor, now: datetime) -> OrderConfirmation:
    head, store = order.head, order.head.store
    zone = store.time_zone if store else "UTC"
    return OrderConfirmation(
        number=number,
        path=f"/orders/{number}",
        company=head.company.name,
        total=format_minor(order.total_minor, order.currency),
        tax=format_minor(order.tax_minor, order.currency) if order.tax_minor else "",
        tax_words=order.taxed.words(order.total_minor - order.tax_minor, order.tax_minor, order.currency),
        exempt=order.taxed.exemption["certificate_number"] if order.taxed.exemption else "",
        lines=order.line_count,
        sold=[_sold(line, share, order.currency) for line, share in order.sold[:MOST_LINES]],
        nothing_there=order.nothing_there,
        po_number=order.po_number,
        job=head.job.name if head.job else "",
        fulfilment=head.draft.fulfilment,
        promised=when_words(order.promised_at, zone, now) if order.promised_at else "",
        window=_window(order, zone, now),
        code=order.pickup_code or "",
        pickup_person=head.draft.pickup_person if order.pickup_code else "",
        ship_to=order.ship_to or {},
        store=_store(store),
        placed_by=actor.name,
        on_behalf=actor.is_acting,
        reason=actor.reason or "",
        approved_by=order.approver.name if order.approver else "",
    )


def _sold(line: Line, share: int, currency: str) -> dict[str, str]:
    """``share``: how many are there; the others wait for stock."""
    price = line.unit_price or Decimal(0)
    return {
        "quantity": f"{line.quantity:,}",
        "sku": line.sku,
        "name": line.name,
        "colour": " ".join(each for each in (line.colour_number, line.colour_name) if each),
        "price": format_unit_price(price, currency, line.quantity),
        "total": format_minor(line.total_minor or 0, currency),
        "waiting": f"{line.quantity - share:,}" if share < line.quantity else "",
    }


def _window(order: NewOrder, zone: str, now: datetime) -> str:
    ends_at = order.head.draft.window_end
    return window_words(order.window_start, ends_at, zone, now) if order.window_start and ends_at else ""


def _store(store: Store | None) -> dict[str, str]:
    names = ("name", "line1", "city", "region", "postcode", "phone")
    return {name: getattr(store, name) for name in names} if store else {}
