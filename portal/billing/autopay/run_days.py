"""The days on which an autopay rule runs, in calendar days of the seller."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from portal.billing.autopay.rules import Rule


def run_day(day: int, year: int, month: int) -> date:
    """The day of the month on which a monthly rule runs: the 31st is the last day of shorter months."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def runs_between(rule: Rule, after: date | None, until: date) -> bool:
    """Whether the rule runs on a day later than ``after`` and not later than ``until``. Rules that follow due days
    run every day; the first day of a mandate (``after`` is None) is ``until`` alone."""
    if rule.kind != "monthly":
        return after is None or after < until
    first = until if after is None else after + timedelta(days=1)
    last_run = run_day(rule.day, until.year, until.month)
    if last_run > until:
        before = until.replace(day=1) - timedelta(days=1)
        last_run = run_day(rule.day, before.year, before.month)
    return first <= last_run <= until


def next_run(rule: Rule, after: date) -> date | None:
    """The next day after ``after`` on which a monthly rule runs; None for rules that follow due days."""
    if rule.kind != "monthly":
        return None
    found = run_day(rule.day, after.year, after.month)
    if found <= after:
        later = after.replace(day=1) + timedelta(days=32)
        found = run_day(rule.day, later.year, later.month)
    return found


def pays_on(rule: Rule, on: date) -> bool:
    """Whether the rule runs on that day."""
    return rule.kind != "monthly" or next_run(rule, on - timedelta(days=1)) == on
