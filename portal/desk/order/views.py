"""One order with everything that happened around it, for whoever has the caller on the line. Read-only."""

from __future__ import annotations

from flask import render_template, url_for

from portal.billing.invoices.queries.of_order import documents_of_order
from portal.desk.activity.queries import names_in
from portal.desk.activity.story import MAIL_WORDS, ROLE_WORDS, TOLD_TO_STAFF, Told, tell_all
from portal.desk.order.queries import Around, around_order
from portal.desk.pages import blueprint
from portal.foundation.money import format_minor
from portal.orders.promise import is_late, when_words, window_words
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.detail import OrderDetail
from portal.orders.tracking.queries.order import order_for_staff
from portal.orders.tracking.words.details import ship_to_words
from portal.orders.tracking.words.lines import parts_of
from portal.touchpoints.facts import HistoryLookedUp
from portal.touchpoints.queries import timeline
from portal.web.access import needs
from portal.web.filters import day, moment
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now

TOUCHPOINTS = 100
# What an order's own events say already.
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


@blueprint.get("/lookup/orders/<number>")
@needs("lookup:use")
def support_order(number: str) -> str:
    """Header, lines, and one history of events, touchpoints and messages, newest first."""
    order = order_for_staff(db(), actor(), number)
    around = around_order(db(), order.id)
    names = TOLD_TO_STAFF - SAID_BY_EVENTS if order.events else TOLD_TO_STAFF
    page = timeline(db(), order_id=order.id, limit=TOUCHPOINTS, names=names)
    told = [*_events(order), *tell_all(page.rows, names_in(db(), page.rows))]
    told.sort(key=lambda each: each.at, reverse=True)
    viewed(
        HistoryLookedUp(opened="order"),
        account_id=order.company_id,
        store_id=order.store_id,
        links={"order_id": order.id},
    )
    return render_template(
        "desk/order/support_order.html",
        order=order,
        who=around.who,
        mails=around.mails,
        mail_words=MAIL_WORDS,
        told=told,
        more=page.next_cursor is not None,
        state_words="Partly ready" if order.is_partly_ready else label(order.status, order.fulfilment),
        tone=TONES.get(order.status, "neutral"),
        state_icon=ICONS.get(order.status),
        late=is_late(order.status, order.fulfilment, order.promised_at, now()),
        promised=_promised(order),
        facts=_facts(order),
        parts_of=parts_of(order),
        documents=documents_of_order(db(), order.id) if actor().can("billing:read") else [],
        masked=masked(order.pickup_code),
        customer_href=url_for(".customer", code=around.who.code),
        credit=_credit(around),
    )


def masked(code: str | None) -> str:
    """``K7••••``: enough to check what a caller reads out, too little to collect with."""
    return code[:2] + "•" * (len(code) - 2) if code else ""


def _events(order: OrderDetail) -> list[Told]:
    told = []
    for event in order.events:
        role = ROLE_WORDS.get(KIND_ROLES.get(event.actor_kind, ""))
        told.append(
            Told(
                at=event.at,
                title=event.text or label(event.to_state or order.status, order.fulfilment),
                text=f"Line {event.line_no}" if event.line_no is not None else "",
                by=f"{event.actor_name} ({role})" if role else event.actor_name,
                behalf_of=event.on_behalf_of,
                reason=order.on_behalf_reason if event.on_behalf_of else "",
                icon=ICONS.get(event.to_state or "", "note"),
                tone=TONES.get(event.to_state or "", "neutral"),
                order_number="",
            )
        )
    return told


def _promised(order: OrderDetail) -> str:
    if order.promised_at is None:
        return ""
    zone = order.store_zone or actor().time_zone
    if order.window_start and order.window_end:
        return window_words(order.window_start, order.window_end, zone, now())
    return when_words(order.promised_at, zone, now())


def _facts(order: OrderDetail) -> list[tuple[str, str]]:
    behalf = order.delegation_id is not None
    pairs = [
        ("Placed", moment(order.placed_at)),
        ("Ordered by", order.subject_name or order.placed_by_name),
        ("Placed by", f"{order.placed_by_name} (sales rep)" if behalf else ""),
        ("Reason given", order.on_behalf_reason if behalf else ""),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Store", order.store_name or ""),
        ("Store's phone", order.store_phone or ""),
        ("Deliver to", ship_to_words(order.ship_to) if order.fulfilment == "delivery" else ""),
        ("Wanted on", day(order.delivery_date) if order.delivery_date else ""),
        ("Who collects", order.pickup_person),
        ("Their phone", order.pickup_phone),
        (order.tax_words, format_minor(order.tax_minor, order.currency) if order.tax_words else ""),
        ("Note", order.note),
    ]
    return [(name, value) for name, value in pairs if value]


def _credit(around: Around) -> str:
    who = around.who
    if who.limit_minor is None:
        return ""
    left = max(0, who.limit_minor - who.used_minor)
    words = f"{format_minor(left, who.currency)} of {format_minor(who.limit_minor, who.currency)} left"
    return f"On hold. {words}" if who.on_hold else words
