"""Touchpoints that several nouns record: documents, messages, lookups, and what a browser reports."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact, sample, view


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
    "history_looked_up",
    stage="support",
    task="get_help",
    says="Looked something up",
    meaning="Staff were shown a customer's data: a search, a list, a page, a document",
    detail="results",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLookedUp(Touch):
    """Staff were shown a customer's data: a search, a list, a page, a document."""

    results: int | None = None
    page: str | None = None
    filters: list[str] | None = None
    query_kind: str | None = None
    query_length: int | None = None
    opened: str | None = None
    accounts: list[int] | None = None
    people: list[int] | None = None
    documents: list[str] | None = None
    asked: list[str] | None = None


@fact(
    "touchpoint_voided",
    stage="admin",
    task="administer",
    says="Corrected the log",
    meaning="A touchpoint was wrong; `voids_event_id` names it",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointVoided(Touch):
    """A touchpoint was wrong; ``voids_event_id`` names it."""

    voided: str | None = None
    reason: str | None = None


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
