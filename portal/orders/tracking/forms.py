"""The filter of the order history, as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.foundation.clock import typed_day
from portal.foundation.inputs import read_text
from portal.foundation.secrets.handles import read_handle
from portal.orders.status import ORDER_STATES
from portal.orders.tracking.queries.history_filter import STATUS_GROUPS, HistoryFilter

LONGEST_WORDS = 100


def read_filter(given: Mapping[str, str], zone: str) -> tuple[HistoryFilter, dict[str, str]]:
    """The filter, and what is wrong with it by field.

    :param zone: of the reader, for the dates.
    """
    errors: dict[str, str] = {}
    first, last = _days(given, errors)
    status, buyer = given.get("status", ""), given.get("buyer", "")
    wanted = HistoryFilter(
        status=status if status in {*STATUS_GROUPS, *ORDER_STATES} else "",
        placed_from=first,
        placed_to=last,
        buyer_id=read_handle("person", buyer),
        po=read_text(given, "po", LONGEST_WORDS),
        job=read_text(given, "job", LONGEST_WORDS),
        text=read_text(given, "q", LONGEST_WORDS),
        zone=zone,
    )
    return wanted, errors


def _days(given: Mapping[str, str], errors: dict[str, str]) -> tuple[date | None, date | None]:
    first, last = _day(given, "from", errors), _day(given, "to", errors)
    if first and last and first > last:
        errors["to"] = "This is before the first date."
    return first, last


def _day(given: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    try:
        return typed_day(given.get(name, ""))
    except ValueError:
        errors[name] = "Write the date as year-month-day, for example 2026-03-31."
        return None
