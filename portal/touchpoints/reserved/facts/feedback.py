"""Surveys, comments and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact("survey_sent", stage="feedback", says="A survey was sent", meaning="A person was asked")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySent(Touch):
    """A person was asked."""

    survey: str | None = None


@fact("survey_answered", stage="feedback", says="Answered a survey", meaning="A person answered")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(Touch):
    """A person answered."""

    survey: str | None = None
    score: int | None = None


@fact(
    "comment_left",
    stage="feedback",
    says="Left a comment",
    meaning="A person wrote a comment; its text is not in the log",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CommentLeft(Touch):
    """A person wrote a comment; its text is not in the log."""

    length: int | None = None
    topic: str | None = None


@fact(
    "staff_feedback_left",
    stage="feedback",
    says="Noted feedback",
    meaning="Staff noted what a customer said; its text is not in the log",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFeedbackLeft(Touch):
    """Staff noted what a customer said; its text is not in the log."""

    topic: str | None = None


@fact(
    "loop_opened",
    stage="feedback",
    says="A complaint waits for an answer",
    meaning="An unhappy answer got an owner",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOpened(Touch):
    """An unhappy answer got an owner."""

    survey: str | None = None
    score: int | None = None


@fact(
    "loop_contacted",
    stage="feedback",
    says="Answered a complaint",
    meaning="The unhappy person was contacted",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class LoopContacted(Touch):
    """The unhappy person was contacted."""


@fact("loop_closed", stage="feedback", says="Closed a complaint", meaning="The cause was dealt with")
@dataclass(frozen=True, slots=True, kw_only=True)
class LoopClosed(Touch):
    """The cause was dealt with."""

    cause: str | None = None


@fact(
    "change_announced",
    stage="feedback",
    says="Announced a change",
    meaning="Customers were told what became of their feedback",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAnnounced(Touch):
    """Customers were told what became of their feedback."""

    topic: str | None = None
