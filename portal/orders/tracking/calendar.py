"""An order's pickup or delivery as a calendar entry (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal.orders.tracking.detail import OrderDetail

STAMP = "%Y%m%dT%H%M%SZ"
# Lines of the format are at most 75 bytes long; the rest follows on lines that begin with a space.
LINE_BYTES = 74


_OPENING = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Counterpart//Orders//EN", "BEGIN:VEVENT")


def _times(order: OrderDetail) -> tuple[datetime, datetime]:
    starts = order.window_start or order.promised_at
    if starts is None:
        raise ValueError(f"no time is promised for order {order.number}")
    ends = order.window_end if order.window_start and order.window_end else starts + timedelta(minutes=30)
    return starts, ends


def calendar_entry(order: OrderDetail, now: datetime) -> str:
    """The entry of a placed order. It names no pickup code: calendars are shared.

    :raises ValueError: for an order without a pickup window and without a promised time.
    """
    starts, ends = _times(order)
    pickup = order.fulfilment == "pickup"
    where = f"{order.store_name}, {order.store_line1}, {order.store_city}" if pickup else ""
    rows = [
        *_OPENING,
        f"UID:{order.number}@counterpart",
        f"DTSTAMP:{now.astimezone(UTC):{STAMP}}",
        f"DTSTART:{starts.astimezone(UTC):{STAMP}}",
        f"DTEND:{ends.astimezone(UTC):{STAMP}}",
        f"SUMMARY:{'Pick up' if pickup else 'Delivery of'} {order.number}",
        *([f"LOCATION:{_escape(where)}"] if where else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join(_fold(row) for row in rows) + "\r\n"


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _fold(row: str) -> str:
    pieces, piece = [], b""
    for letter in row:
        encoded = letter.encode()
        if len(piece) + len(encoded) > LINE_BYTES:
            pieces.append(piece)
            piece = b""
        piece += encoded
    return "\r\n ".join(each.decode() for each in [*pieces, piece])
