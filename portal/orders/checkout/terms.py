"""How an order is to be delivered or collected, and under which PO number: rules without tables."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_PO = 40
SUNDAY = 7
# A delivery is promised by the end of the working day at the store that sends it.
DELIVERED_BY = time(18)


def first_delivery_day(today: date) -> date:
    """Tomorrow; Monday if that is a Sunday."""
    day = today + timedelta(days=1)
    return day + timedelta(days=1) if day.isoweekday() == SUNDAY else day


def delivery_problem(day: date | None, today: date) -> str | None:
    """What is wrong with a delivery date in the store's calendar; None if nothing is."""
    if day is None:
        return "Choose the day of delivery."
    if day <= today:
        return "The earliest delivery is tomorrow."
    if day.isoweekday() == SUNDAY:
        return "We don't deliver on Sundays. Choose another day."
    if day > today + timedelta(days=90):
        return "Choose a day within the next three months."
    return None


def delivered_by(day: date, zone: str) -> datetime:
    """The promise for a delivery on that day."""
    return datetime.combine(day, DELIVERED_BY, ZoneInfo(zone))


def po_problem(mode: str, po_number: str, has_job: bool) -> tuple[str, str] | None:
    """Field and sentence if the company's rule for PO numbers is not met, else None.

    ``free``: may be empty. ``required``: may not. ``list``: comes from one of the company's jobs.
    """
    if len(po_number) > MAX_PO:
        return "po_number", f"Keep the PO number within {MAX_PO} characters."
    if mode == "required" and not po_number:
        return "po_number", "Your company needs a PO number on each order."
    if mode == "list" and not has_job:
        return "job_id", "Choose a job. Your company takes its PO numbers from its jobs."
    return None


def po_of(mode: str, typed: str, job_po: str | None) -> str:
    """The PO number that an order carries: what was typed, else the job's; in ``list`` mode always the job's."""
    if mode == "list":
        return job_po or ""
    return typed or job_po or ""
