"""Touchpoints of credit holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.credit_holds.rules import HoldChange
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Change, Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "credit_held",
    stage="pay",
    task="administer",
    says="Put the account on hold",
    meaning="New orders on account are refused until the hold is lifted",
    icon="pause",
    tone="bad",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditHeld(Touch):
    """New orders on account are refused until the hold is lifted."""


@fact(
    "credit_released",
    stage="pay",
    task="administer",
    says="Lifted the hold on the account",
    meaning="Orders on account are taken again",
    icon="check",
    tone="ok",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditReleased(Touch):
    """Orders on account are taken again."""


@fact(
    "hold_rule_changed",
    stage="pay",
    task="administer",
    says="Changed when the account is held automatically",
    meaning="After how many days overdue a company's account is held was set or taken away",
    detail="change",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRuleChanged(Touch):
    """After how many days overdue a company's account is held was set or taken away."""

    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


def record_hold_changes(
    session: Session, changes: Iterable[HoldChange], *, actor: Actor, now: datetime
) -> None:
    """Record that accounts were put on hold or released."""
    for each in changes:
        what = CreditHeld() if each.held else CreditReleased()
        key = f"{what.kind.name}:{each.company_id}:{now.isoformat()}"
        record(session, Event(what, actor=actor, now=now, key=key, account_id=each.company_id))


def record_hold_rule_changed(
    session: Session, company_id: int, change: Change, *, actor: Actor, now: datetime
) -> None:
    """Record that a company's hold rule was set, changed or removed."""
    key = f"hold_rule_changed:{company_id}:{now.isoformat()}"
    what = HoldRuleChanged(fields=change.names, before=change.was, after=change.becomes)
    record(session, Event(what, actor=actor, now=now, key=key, account_id=company_id))
