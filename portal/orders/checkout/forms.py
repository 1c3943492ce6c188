"""What people choose on the way to an order. Parsing only; use cases decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from portal.foundation.inputs import written_text
from portal.foundation.secrets.handles import read_handle
from portal.orders.checkout.use_cases.choices import Choice
from portal.orders.drafts.forms import read_id


def read_choice(form: Mapping[str, str]) -> Choice:
    """The pickup step. What cannot be read counts as not chosen."""
    return Choice(
        fulfilment="delivery" if form.get("fulfilment") == "delivery" else "pickup",
        store_id=read_id(form.get("store_id")),
        window_start=_moment(form.get("window")),
        pickup_person=written_text(form, "pickup_person"),
        pickup_phone=written_text(form, "pickup_phone"),
        address_id=read_handle("address", form.get("address_id")),
        delivery_date=_day(form.get("delivery_date")),
        po_number=written_text(form, "po_number"),
        job_id=read_handle("job", form.get("job_id")),
        note=written_text(form, "note"),
        when_short=form.get("when_short", ""),
    )


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
