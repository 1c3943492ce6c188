"""One order at the counter: its pick list, and the steps it can take."""

from __future__ import annotations

from flask import render_template, url_for

from portal.orders.fulfilment.page import order_page
from portal.orders.pages import staff_blueprint
from portal.orders.promise import when_words
from portal.orders.tracking.queries.order import order_at_store
from portal.orders.tracking.words.details import amount_facts
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, now


@staff_blueprint.get("/counter/orders/<number>", endpoint="counter_order")
@needs("counter:work")
def show_counter_order(number: str) -> str:
    """The order as the store works on it."""
    return order_page(order_at_store(db(), actor(), number))


@staff_blueprint.get("/counter/orders/<number>/slip", endpoint="counter_slip")
@needs("counter:work")
def show_counter_slip(number: str) -> str:
    """The packing slip that goes with the goods."""
    order = order_at_store(db(), actor(), number)
    zone = order.store_zone or "UTC"
    facts = [
        ("Company", order.company_name),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Promised", when_words(order.promised_at, zone, now()) if order.promised_at else ""),
        ("Who collects", order.pickup_person),
        *amount_facts(order),
        ("Note", order.note),
    ]
    return render_template(
        "orders/tracking/slip.html",
        order=order,
        slip_facts=[(name, value) for name, value in facts if value],
        back=url_for(".counter_order", number=number),
    )
