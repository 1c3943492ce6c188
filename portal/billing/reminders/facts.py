"""Touchpoints of reminders."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "reminder_sent",
    stage="pay",
    task="pay",
    says="Was reminded of an invoice",
    meaning="A step of reminding about an open invoice was taken",
    icon="mail",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSent(Touch):
    """A step of reminding about an open invoice was taken."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    step: str | None = None


@fact(
    "reminders_changed",
    stage="pay",
    task="administer",
    says="Changed when we remind of invoices",
    meaning="A company's reminders were switched on, off or to other days",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RemindersChanged(Touch):
    """A company's reminders were switched on, off or to other days."""

    fields: list[str] | None = None
