"""How values are written on pages: money, dates in the reader's zone, plurals."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask
from markupsafe import Markup, escape

from portal.foundation.clock import local
from portal.foundation.money import format_minor, format_unit_price
from portal.foundation.secrets.handles import handle
from portal.foundation.wording import po_words, quantity_words
from portal.web.sessions import visit


def reader_zone() -> str:
    """IANA zone of the person reading this page."""
    return visit().actor.time_zone


def day(value: datetime | date, zone: str | None = None) -> str:
    """``Mon 3 Nov 2026`` in the reader's zone (or the store's, when given)."""
    shown = local(value, zone or reader_zone()) if isinstance(value, datetime) else value
    return f"{shown:%a} {shown.day} {shown:%b %Y}"


def clock_time(value: datetime, zone: str | None = None) -> str:
    """``6:30 am`` in the reader's zone (or the store's)."""
    shown = local(value, zone or reader_zone())
    hour = shown.hour % 12 or 12
    return f"{hour}:{shown.minute:02d} {'am' if shown.hour < 12 else 'pm'}"


def moment(value: datetime, zone: str | None = None) -> str:
    """``Mon 3 Nov 2026, 6:30 am``."""
    return f"{day(value, zone)}, {clock_time(value, zone)}"


def time_tag(value: datetime, zone: str | None = None) -> Markup:
    """A ``<time>`` element: exact for machines, plain for people."""
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(timespec="seconds"), escape(moment(value, zone))
    )


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 line``, ``2 lines``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def install(app: Flask) -> None:
    """Make them available in templates."""
    app.jinja_env.filters.update(
        day=day,
        clock_time=clock_time,
        moment=moment,
        time_tag=time_tag,
        plural=plural,
        handle=lambda number, kind: handle(kind, number),
        money=format_minor,
        unit_price=format_unit_price,
        units=quantity_words,
        po_words=po_words,
    )
