"""Comparisons, samples, quotes, experiments, and messages that were opened."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact, view


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
