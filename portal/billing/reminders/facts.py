"""Touchpoints of reminders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.reminders.rules import DueStep
from portal.foundation.actor import SYSTEM, Actor
from portal.touchpoints.kind import Change, Touch, fact
from portal.touchpoints.recording import Event, record


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
    detail="change",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RemindersChanged(Touch):
    """A company's reminders were switched on, off or to other days."""

    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


def record_reminder_sent(session: Session, each: DueStep, *, now: datetime) -> None:
    """Record that a step of reminding was taken."""
    record(
        session,
        Event(
            ReminderSent(number=each.number, step=str(each.step)),
            actor=SYSTEM,
            now=now,
            key=f"reminder_sent:{each.invoice_id}:{each.step}",
            account_id=each.company_id,
            channel="email",
            value_minor=each.open_minor,
            currency=each.currency,
            links={"invoice_id": each.invoice_id},
        ),
    )


def record_reminders_changed(
    session: Session, company_id: int, change: Change, *, actor: Actor, now: datetime
) -> None:
    """Record that a company is reminded on other days, or not at all."""
    what = RemindersChanged(fields=change.names, before=change.was, after=change.becomes)
    key = f"reminders_changed:{company_id}:{now.isoformat()}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=company_id))
