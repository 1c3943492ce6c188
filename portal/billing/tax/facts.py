"""Touchpoints of tax."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


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
    meaning="A certificate that exempts from sales tax is not used any more",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxExemptionWithdrawn(Touch):
    """A certificate that exempts from sales tax is not used any more."""

    reason: str | None = None
