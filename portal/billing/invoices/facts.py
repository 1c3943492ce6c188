"""Touchpoints of invoices."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact, view


@fact(
    "invoice_issued",
    stage="pay",
    task="pay",
    says="An invoice was issued",
    meaning="An invoice exists",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(Touch):
    """An invoice exists."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@view(
    "invoice_viewed",
    stage="pay",
    task="pay",
    says="Looked at an invoice",
    meaning="An invoice was shown",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceViewed(Touch):
    """An invoice was shown."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@fact(
    "invoice_disputed",
    stage="pay",
    task="pay",
    says="Disputed an invoice",
    meaning="Part of an invoice is contested",
    icon="question",
    tone="warn",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDisputed(Touch):
    """Part of an invoice is contested."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    reason: str | None = None


@fact(
    "invoice_paid",
    stage="pay",
    task="pay",
    says="An invoice was paid",
    meaning="An invoice is settled in full",
    tone="ok",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaid(Touch):
    """An invoice is settled in full."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
