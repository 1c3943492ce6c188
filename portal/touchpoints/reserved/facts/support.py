"""Cases, calls and visits."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "expert_requested",
    stage="evaluate",
    task="get_help",
    says="Asked for an expert",
    meaning="Advice was asked for",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertRequested(Touch):
    """Advice was asked for."""

    topic: str | None = None


@fact("case_opened", stage="support", task="get_help", says="Opened a case", meaning="A case exists")
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Touch):
    """A case exists."""

    topic: str | None = None


@fact(
    "case_escalated",
    stage="support",
    task="get_help",
    says="Handed a case on",
    meaning="A case went to somebody else",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEscalated(Touch):
    """A case went to somebody else."""

    topic: str | None = None


@fact("case_resolved", stage="support", task="get_help", says="Solved a case", meaning="A case is closed")
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResolved(Touch):
    """A case is closed."""

    topic: str | None = None


@fact("call_logged", stage="support", task="get_help", says="Noted a call", meaning="A phone call was noted")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogged(Touch):
    """A phone call was noted."""

    minutes: int | None = None
    topic: str | None = None


@fact("visit_logged", stage="support", task="get_help", says="Noted a visit", meaning="A visit was noted")
@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLogged(Touch):
    """A visit was noted."""

    minutes: int | None = None
    topic: str | None = None
