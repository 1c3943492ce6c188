"""One order: where it is, what is on it, what happened, and cancelling while that is possible."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.billing.invoices.queries.of_order import documents_of_order
from portal.foundation.wording import po_words
from portal.orders.fulfilment.use_cases import cancellation as cancelling
from portal.orders.pages import blueprint
from portal.orders.promise import age_words, is_late
from portal.orders.status import ICONS, SHORT_WORDS, TONES, label
from portal.orders.tracking import words
from portal.orders.tracking.page import seen_order
from portal.orders.tracking.queries.order import OrderDetail, order_for
from portal.stores.hours.queries import schedules
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import books, db, now
from portal.web.ui import flash

EVENT_ICONS = {"placed": "cart", **ICONS}
SHOWN_LINES = 25
WHO_SUFFIX = {
    "rep": " (sales rep)",
    "store": " (store)",
    "admin": " (administrator)",
    "support": " (support)",
}


@blueprint.get("/orders/<number>")
@needs("orders:read")
def detail(number: str) -> str:
    """The order as its company sees it."""
    order = seen_order(number)
    return _page(order)


@blueprint.get("/orders/<number>/slip")
@needs("orders:read")
def slip(number: str) -> str:
    """The packing slip, for the printer."""
    order = order_for(db(), actor(), number)
    viewed(
        DocumentDownloaded(document="packing_slip", format="html", number=order.number),
        account_id=order.company_id,
        links={"order_id": order.id},
    )
    return render_template(
        "orders/tracking/slip.html",
        order=order,
        slip_facts=words.slip_facts(order),
        back=url_for(".detail", number=number),
        pdf_href=url_for(".slip_pdf", number=number),
    )


@blueprint.get("/orders/<number>/cancellation")
@needs("orders:cancel")
def confirm_cancel(number: str) -> str | Response:
    """The question before cancelling, on a page of its own for those without scripts."""
    order = order_for(db(), actor(), number)
    if not order.is_cancellable:
        return redirect(url_for(".detail", number=number))
    return render_template("orders/tracking/cancel.html", order=order, error=None, typed="")


@blueprint.post("/orders/<number>/cancellation")
@needs("orders:cancel")
def cancel(number: str) -> Response | tuple[str, int]:
    """Cancel the order, or what still waits for stock of it."""
    reason = request.form.get("reason", "").replace("\x00", "")
    # Cancelling the rest of an order may charge what was collected of it, and only the portal itself may do that.
    with refusing(within=books()) as tried:
        done = cancelling.cancel(tried.session, actor=actor(), now=now(), number=number, reason=reason)
    if tried.refused is not None:
        order = order_for(db(), actor(), number)
        page = render_template(
            "orders/tracking/cancel.html", order=order, error=tried.refused.message, typed=reason
        )
        return page, tried.status
    outcome = "is cancelled" if done.status == "cancelled" else "waits for nothing any more"
    flash("ok", f"Order {number} {outcome}. The amount is free on your account again.")
    return redirect(url_for(".detail", number=number))


def _page(order: OrderDetail) -> str:
    schedule = None
    if order.store_id is not None and order.is_open:  # who comes for it wants to know
        schedule = schedules(db(), [order.store_id], since=now().date()).get(order.store_id)
    return render_template(
        "orders/tracking/detail.html",
        order=order,
        steps=words.steps(order),
        promise=words.promise(order),
        late=is_late(order.status, order.fulfilment, order.promised_at, now()),
        hours=words.hours_words(schedule),
        shows_code=words.shows_code(order),
        spaced_code=words.spaced(order.pickup_code or ""),
        state_words="Partly ready" if order.is_partly_ready else label(order.status, order.fulfilment),
        about=words.about(order),
        sum_rows=words.sum_rows(order),
        line_summary=plural(len(order.lines), "line"),
        parts_of=words.parts_of(order),
        short_words=SHORT_WORDS,
        po_words=po_words,
        who_suffix=WHO_SUFFIX,
        cancel_label="Cancel what still waits" if order.status == "backordered" else "Cancel this order",
        documents=documents_of_order(db(), order.id) if actor().can("invoices:read") else [],
        label=label,
        tones=TONES,
        icons=ICONS,
        event_icons=EVENT_ICONS,
        shown_lines=SHOWN_LINES,
        age=lambda at: age_words(at, now()),
        may_cancel=order.is_cancellable and actor().can("orders:cancel"),
        may_reorder=order.kind == "order" and actor().can("drafts:write"),
    )
