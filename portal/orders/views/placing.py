"""Review and placement: what is ordered, exactly as it is shown."""

from __future__ import annotations

from datetime import datetime

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.billing.queries import credit_of
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.foundation.tokens import new_token
from portal.orders import shown as showing
from portal.orders.calendar import calendar_entry
from portal.orders.forms_drafts import DRAFT
from portal.orders.lines import tax_of, tint_quantity, total_of
from portal.orders.models import Order
from portal.orders.promise import clock_words
from portal.orders.queries.drafts import DraftHead, add_tax, own_head, stocked_lines
from portal.orders.queries.orders import order_for
from portal.orders.queries.promises import queues, ready_time
from portal.orders.terms import po_of, po_problem
from portal.orders.use_cases.placing import place as place_order
from portal.orders.use_cases.placing import terms_of
from portal.orders.views import blueprint
from portal.orders.views.credit_help import credit_help
from portal.orders.views.days import spoken_day
from portal.orders.views.fresh import start_over
from portal.orders.views.seen import seen_order
from portal.stores.queries import schedules
from portal.web.access import needs
from portal.web.errors import error_page
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now, today

MAX_TOKEN = 100


@blueprint.get(f"{DRAFT}/review")
@needs("orders:place")
def review(draft_id: int) -> str | Response:
    """Everything once more, with the button that orders it."""
    head = own_head(db(), actor(), draft_id)
    if head.draft.state == "placed":
        number = db().scalar(select(Order.number).where(Order.draft_id == draft_id))
        return redirect(url_for("orders.placed", number=number))
    if head.draft.state == "discarded":
        return redirect(url_for("orders.draft", draft_id=draft_id))
    if head.draft.checkout_at is None:
        return redirect(url_for("orders.pickup", draft_id=draft_id))
    return _page(head, None)


def _page(head: DraftHead, refused: Rejected | None) -> str:
    store, draft = head.store, head.draft
    lines = stocked_lines(
        db(), company_id=head.company.id, draft_id=head.id, today=today(), store_id=draft.store_id
    )
    taxed = add_tax(db(), head, lines, today=today())
    credit = credit_of(db(), head.company.id)
    po_number = po_of(head.company.po_mode, draft.po_number, head.job.po_number if head.job else None)
    if refused is None:
        viewed(
            "checkout_step_viewed",
            account_id=head.company.id,
            store_id=draft.store_id,
            links={"draft_id": head.id},
            props={
                "step": "review",
                "lines": len(lines),
                "problems": sum(1 for each in lines if each.problem),
            },
        )
    return render_template(
        "orders/review.html",
        head=head,
        lines=lines,
        net_minor=total_of(lines),
        tax_minor=tax_of(lines),
        taxed=taxed,
        may_exempt=actor().can("payments:administer"),
        total_minor=total_of(lines) + tax_of(lines),
        currency=head.company.currency,
        credit=credit,
        **credit_help(head, lines, total_of(lines) + tax_of(lines), credit),
        po_number=po_number,
        po_problem=po_problem(head.company.po_mode, po_number, head.job is not None),
        blocked=[line for line in lines if line.problem],
        short=[line for line in lines if line.is_short],
        ready=_ready(head, tint_quantity(lines)),
        zone=store.time_zone if store else None,
        shown=showing.encode(terms_of(head), lines),
        token=new_token(),
        refused=refused,
        clock_words=clock_words,
        day_words=lambda moment, starts=False: spoken_day(
            moment, store.time_zone if store else "UTC", now(), starts
        ),
    )


def _ready(head: DraftHead, to_tint: int) -> datetime | None:
    store = head.store
    if store is None or head.draft.fulfilment != "pickup":
        return None
    schedule, queue = schedules(db(), [store.id])[store.id], queues(db(), [store.id])[store.id]
    return ready_time(store, schedule, queue, now=now(), to_tint=to_tint)


@blueprint.post(f"{DRAFT}/placement")
@needs("orders:place")
def place(draft_id: int) -> Response | tuple[str, int]:
    """Place it on account. Pressed twice, from two tabs or after going back: the same order."""
    token = request.form.get("token", "").replace("\x00", "")[:MAX_TOKEN] or new_token()
    shown = request.form.get("shown", "").replace("\x00", "")
    try:
        placed = place_order(
            db(), actor=actor(), now=now(), today=today(), draft_id=draft_id, token=token, shown=shown
        )
    except Rejected as no:
        return _refused(draft_id, no)
    return redirect(url_for("orders.placed", number=placed.number))


def _refused(draft_id: int, no: Rejected) -> Response | tuple[str, int]:
    start_over()
    details = no.details if isinstance(no.details, list) else []
    viewed(
        "order_failed",
        account_id=actor().customer_id,
        outcome=no.outcome,
        error_code=no.code,
        links={"draft_id": draft_id},
        props={"code": no.code, "problems": len(details), "draft_id": draft_id},
    )
    if isinstance(no, Conflict):
        return error_page(409, no.message)
    head = own_head(db(), actor(), draft_id)
    return _page(head, no), 422


@blueprint.get("/orders/<number>/placed")
@needs("orders:read")
def placed(number: str) -> str:
    """The order is placed: the code, the store, the time, and what happens next."""
    order = seen_order(number)
    zone = order.store_zone or actor().time_zone
    return render_template(
        "orders/placed.html",
        order=order,
        waiting=sum(1 for line in order.lines if line.quantity_backordered),
        clock_words=lambda moment: clock_words(moment, zone),
        day_words=lambda moment, starts=False: spoken_day(moment, zone, now(), starts),
    )


@blueprint.get("/orders/<number>/calendar.ics")
@needs("orders:read")
def calendar(number: str) -> Response:
    """The pickup or delivery for the person's calendar (RFC 5545), without its code."""
    order = order_for(db(), actor(), number)
    if order.promised_at is None:
        raise NotFound
    return FlaskResponse(
        calendar_entry(order, now()),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{order.number}.ics"'},
    )
