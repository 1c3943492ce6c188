"""Touchpoints of terms."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "terms_changed",
    stage="pay",
    task="administer",
    says="Changed credit limit or terms of payment",
    meaning="The limit, the due day, the discount or how invoices are issued were agreed anew",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged(Touch):
    """The limit, the due day, the discount or how invoices are issued were agreed anew."""

    fields: list[str] | None = None
