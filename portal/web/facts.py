"""Touchpoints of web."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "error_shown",
    stage="support",
    says="Saw an error page",
    meaning="Somebody was shown an error",
    icon="warning",
    tone="bad",
    detail="page",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShown(Touch):
    """Somebody was shown an error."""

    endpoint: str | None = None
    method: str | None = None
    status: int | None = None
    permission: str | None = None
    code: str | None = None
    asked: list[str] | None = None
    network: str | None = None


@view(
    "permission_denied",
    stage="admin",
    task="administer",
    says="Was refused",
    meaning="Something was asked for without the permission",
    icon="lock",
    tone="bad",
    detail="page",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDenied(Touch):
    """Something was asked for without the permission."""

    endpoint: str | None = None
    method: str | None = None
    status: int | None = None
    permission: str | None = None
    code: str | None = None
    asked: list[str] | None = None
    network: str | None = None
