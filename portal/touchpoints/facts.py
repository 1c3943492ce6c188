"""Touchpoints of touchpoints."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact, sample, view


@view(
    "product_compared",
    stage="evaluate",
    task="find",
    says="Compared products",
    meaning="Products were shown side by side",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCompared(Touch):
    """Products were shown side by side."""

    skus: list[str] | None = None


@view(
    "document_downloaded",
    stage="evaluate",
    task="find",
    says="Downloaded a document",
    meaning="A data sheet, slip or list was fetched",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDownloaded(Touch):
    """A data sheet, slip or list was fetched."""

    document: str | None = None
    format: str | None = None
    rows: int | None = None
    filters: list[str] | None = None
    number: str | None = None


@fact(
    "sample_requested",
    stage="evaluate",
    task="find",
    says="Asked for a sample",
    meaning="A sample was asked for",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequested(Touch):
    """A sample was asked for."""

    sku: str | None = None
    colour_number: str | None = None


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


@fact(
    "quote_requested", stage="select", task="order", says="Asked for a quote", meaning="A quote was asked for"
)
@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequested(Touch):
    """A quote was asked for."""

    lines: int | None = None


@fact(
    "quote_accepted", stage="select", task="order", says="Accepted a quote", meaning="A quote became an order"
)
@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAccepted(Touch):
    """A quote became an order."""

    number: str | None = None


@fact(
    "notification_sent",
    stage="fulfil",
    task="track",
    says="A message went out",
    meaning="A mail or text about an order or account left the portal",
    icon="mail",
    detail="mail",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSent(Touch):
    """A mail or text about an order or account left the portal."""

    mail_kind: str | None = None
    attempts: int | None = None
    number: str | None = None


@view(
    "notification_opened",
    stage="fulfil",
    task="track",
    says="Opened a message",
    meaning="A link in a message was followed",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationOpened(Touch):
    """A link in a message was followed."""

    mail_kind: str | None = None


@view(
    "history_looked_up",
    stage="support",
    task="get_help",
    says="Looked something up",
    meaning="Staff searched for an order, company or person, or opened what they found",
    detail="results",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLookedUp(Touch):
    """Staff searched for an order, company or person, or opened what they found."""

    results: int | None = None
    page: str | None = None
    filters: list[str] | None = None
    query_kind: str | None = None
    query_length: int | None = None
    opened: str | None = None


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


@fact(
    "experiment_exposed",
    stage="admin",
    says="Met an experiment",
    meaning="An account was shown an arm of an experiment for the first time",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentExposed(Touch):
    """An account was shown an arm of an experiment for the first time."""

    experiment: str | None = None
    arm: str | None = None
    accounts: list[int] | None = None


@sample(
    "page_left",
    stage="use",
    says="Left a page",
    meaning="A browser says how long a page was looked at; not every browser does",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PageLeft(Touch):
    """A browser says how long a page was looked at; not every browser does."""

    page: str | None = None


@sample(
    "script_failed",
    stage="use",
    says="A script failed",
    meaning="A browser says that a script of ours failed; not every browser does",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFailed(Touch):
    """A browser says that a script of ours failed; not every browser does."""

    page: str | None = None
    message: str | None = None
