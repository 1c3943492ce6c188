"""Touchpoints of credit holds."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


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
    says="Changed when the account is held by itself",
    meaning="After how many days overdue a company's account is held was set or taken away",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRuleChanged(Touch):
    """After how many days overdue a company's account is held was set or taken away."""

    fields: list[str] | None = None
