"""Touchpoints of tax."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.tax import TaxExemption
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
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


def record_exemption_added(session: Session, exemption: TaxExemption, *, actor: Actor, now: datetime) -> None:
    """Record that a certificate was added."""
    _record_exemption(session, TaxExemptionAdded(reason=exemption.reason), exemption, actor, now)


def record_exemption_withdrawn(
    session: Session, exemption: TaxExemption, *, actor: Actor, now: datetime
) -> None:
    """Record that a certificate was withdrawn."""
    _record_exemption(session, TaxExemptionWithdrawn(reason=exemption.reason), exemption, actor, now)


def _record_exemption(
    session: Session, what: Touch, exemption: TaxExemption, actor: Actor, now: datetime
) -> None:
    key = f"{what.kind.name}:{exemption.id}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=exemption.company_id))
