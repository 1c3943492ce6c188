"""Touchpoints of tax."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.tax import TaxExemption
from portal.foundation.actor import SYSTEM, Actor
from portal.touchpoints.kind import Change, Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "tax_exemption_added",
    stage="pay",
    task="administer",
    says="Added a tax exemption",
    meaning="A certificate that exempts from sales tax was added",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxExemptionAdded(Touch):
    """A certificate that exempts from sales tax was added."""

    reason: str | None = None


@fact(
    "tax_exemption_withdrawn",
    stage="pay",
    task="administer",
    says="Withdrew a tax exemption",
    meaning="A certificate that exempts from sales tax is no longer used",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxExemptionWithdrawn(Touch):
    """A certificate that exempts from sales tax was withdrawn."""

    reason: str | None = None


@fact(
    "tax_exemption_accepted",
    stage="pay",
    task="administer",
    says="Accepted a tax exemption",
    meaning="The seller accepted a certificate that exempts from sales tax",
    detail="change",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxExemptionAccepted(Touch):
    """The seller accepted a certificate that exempts from sales tax."""

    reason: str | None = None
    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


@fact(
    "tax_exemption_refused",
    stage="pay",
    task="administer",
    says="Refused a tax exemption",
    meaning="The seller refused a certificate that exempts from sales tax",
    detail="change",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxExemptionRefused(Touch):
    """The seller refused a certificate that exempts from sales tax."""

    reason: str | None = None
    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


@fact(
    "tax_exemption_ended",
    stage="pay",
    task="administer",
    says="Ended a tax exemption",
    meaning="The seller ended a certificate before its last day",
    detail="change",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxExemptionEnded(Touch):
    """The seller ended a certificate before its last day."""

    reason: str | None = None
    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


@fact(
    "tax_exemption_running_out",
    stage="pay",
    task="administer",
    says="A tax exemption runs out",
    meaning="Both sides were told that a certificate that exempts from sales tax runs out, or has expired",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxExemptionRunningOut(Touch):
    """Both sides were told that a certificate that exempts from sales tax runs out, or has expired."""

    reason: str | None = None
    step: str | None = None


def exemption_values(exemption: TaxExemption) -> dict[str, object]:
    """What the seller decides of a certificate, as touchpoints have it before and after."""
    return {
        "state": exemption.state,
        "counts": exemption.counts_from is not None and exemption.ended_at is None,
    }


def record_exemption_added(session: Session, exemption: TaxExemption, *, actor: Actor, now: datetime) -> None:
    """Record that a certificate was added."""
    _record_exemption(session, TaxExemptionAdded(reason=exemption.reason), exemption, actor, now)


def record_exemption_withdrawn(
    session: Session, exemption: TaxExemption, *, actor: Actor, now: datetime
) -> None:
    """Record that a certificate was withdrawn."""
    _record_exemption(session, TaxExemptionWithdrawn(reason=exemption.reason), exemption, actor, now)


def record_exemption_accepted(
    session: Session, exemption: TaxExemption, before: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    """Record that the seller accepted a certificate."""
    change = Change(before, exemption_values(exemption))
    what = TaxExemptionAccepted(
        reason=exemption.reason, fields=change.names, before=change.was, after=change.becomes
    )
    _record_exemption(session, what, exemption, actor, now)


def record_exemption_refused(
    session: Session, exemption: TaxExemption, before: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    """Record that the seller refused a certificate."""
    change = Change(before, exemption_values(exemption))
    what = TaxExemptionRefused(
        reason=exemption.reason, fields=change.names, before=change.was, after=change.becomes
    )
    _record_exemption(session, what, exemption, actor, now)


def record_exemption_ended(
    session: Session, exemption: TaxExemption, before: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    """Record that the seller ended a certificate."""
    change = Change(before, exemption_values(exemption))
    what = TaxExemptionEnded(
        reason=exemption.reason, fields=change.names, before=change.was, after=change.becomes
    )
    _record_exemption(session, what, exemption, actor, now)


def _record_exemption(
    session: Session, what: Touch, exemption: TaxExemption, actor: Actor, now: datetime
) -> None:
    key = f"{what.kind.name}:{exemption.id}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=exemption.company_id))


def record_exemption_running_out(
    session: Session, exemption: TaxExemption, days: int, *, now: datetime
) -> None:
    """Record that both sides were told, ``days`` before its last day; below zero: after it."""
    what = TaxExemptionRunningOut(reason=exemption.reason, step=str(days))
    key = f"{what.kind.name}:{exemption.id}:{days}"
    record(session, Event(what, actor=SYSTEM, now=now, key=key, account_id=exemption.company_id))
