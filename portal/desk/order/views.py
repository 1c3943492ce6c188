"""One order with everything that happened around it, for support with a caller on the phone. Read-only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template, url_for

from portal.billing.invoices.queries.of_order import OrderDocument, documents_of_order
from portal.desk.activity.queries import names_in
from portal.desk.activity.story import SHOWN_TO_STAFF, StoryLine, story_of
from portal.desk.activity.words import ROLE_WORDS, mail_words
from portal.desk.order.queries import Contact, contact_of
from portal.desk.order.words import credit_words, facts, masked, promised
from portal.desk.pages import blueprint
from portal.orders.promise import is_late
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.detail import DetailLine, OrderDetail
from portal.orders.tracking.queries.order import order_for_staff
from portal.orders.tracking.words.lines import Part, parts_of
from portal.touchpoints.facts import HistoryLookedUp
from portal.touchpoints.queries import timeline
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now

TOUCHPOINTS = 100
# Touchpoints of what an order's own events say already.
SAID_BY_EVENTS = frozenset(
    {
        "order_completed",
        "order_accepted",
        "order_picked",
        "ready_for_pickup",
        "picked_up",
        "shipped",
        "delivered",
        "backordered",
        "order_cancelled",
        "order_updated",
        "delivery_promise_changed",
        "return_requested",
        "order_refunded",
    }
)
KIND_ROLES = {
    "rep": "sales_rep",
    "support": "support_agent",
    "store": "store_staff",
    "admin": "administrator",
}


@dataclass(frozen=True, kw_only=True)
class SupportOrder:
    """What support sees beside the order itself."""

    status: str
    late: bool
    promised: str
    masked_code: str
    facts: list[tuple[str, str]]
    parts_of: Callable[[DetailLine], list[Part]]
    timeline: list[StoryLine]
    has_more: bool
    documents: list[OrderDocument]
    credit: str
    customer_href: str


@blueprint.get("/lookup/orders/<number>", endpoint="support_order")
@needs("lookup:use")
def show_support_order(number: str) -> str:
    """Header, lines, and one history of events, touchpoints and messages, newest first."""
    order = order_for_staff(db(), actor(), number)
    contact = contact_of(db(), order.id)
    page = _page(order, contact)
    viewed(
        HistoryLookedUp(opened="order"),
        account_id=order.company_id,
        store_id=order.store_id,
        links={"order_id": order.id},
    )
    return render_template(
        "desk/order/support_order.html",
        order=order,
        contact=contact,
        page=page,
        mail_words=mail_words,
        tone=TONES.get(order.status, "neutral"),
        state_icon=ICONS.get(order.status),
    )


def _page(order: OrderDetail, contact: Contact) -> SupportOrder:
    lines, has_more = _timeline(order)
    return SupportOrder(
        status="Partly ready" if order.is_partly_ready else label(order.status, order.fulfilment),
        late=is_late(order.status, order.fulfilment, order.promised_at, now()),
        promised=promised(order),
        masked_code=masked(order.pickup_code),
        facts=facts(order),
        parts_of=parts_of(order),
        timeline=lines,
        has_more=has_more,
        documents=documents_of_order(db(), order.id) if actor().can("billing:read") else [],
        credit=credit_words(contact),
        customer_href=url_for(".customer", code=contact.code),
    )


def _timeline(order: OrderDetail) -> tuple[list[StoryLine], bool]:
    """The order's events and touchpoints, newest first, and whether there are more touchpoints."""
    names = SHOWN_TO_STAFF - SAID_BY_EVENTS if order.events else SHOWN_TO_STAFF
    found = timeline(db(), order_id=order.id, limit=TOUCHPOINTS, names=names)
    lines = [*_events(order), *story_of(found.rows, names_in(db(), found.rows, company_id=order.company_id))]
    lines.sort(key=lambda each: each.at, reverse=True)
    return lines, found.next_cursor is not None


def _events(order: OrderDetail) -> list[StoryLine]:
    lines = []
    for event in order.events:
        role = ROLE_WORDS.get(KIND_ROLES.get(event.actor_kind, ""))
        lines.append(
            StoryLine(
                at=event.at,
                title=event.text or label(event.to_state or order.status, order.fulfilment),
                text=f"Line {event.line_no}" if event.line_no is not None else "",
                by=event.actor_name,
                by_role=role or "",
                by_email="",
                behalf_of=event.on_behalf_of,
                reason=order.on_behalf_reason if event.on_behalf_of else "",
                icon=ICONS.get(event.to_state or "", "note"),
                tone=TONES.get(event.to_state or "", "neutral"),
                order_number="",
            )
        )
    return lines
