"""Links of the order history that change one filter, or the page, and keep the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.foundation.wording import po_words
from portal.orders.status import LABELS, ORDER_STATES
from portal.orders.tracking.queries.history_filter import HistoryFilter

STATUS_CHOICES = (
    ("", "Any status"),
    ("open", "Open"),
    ("done", "Collected or delivered"),
    *((state, LABELS[state]) for state in ORDER_STATES),
)
CHIPS = {"": "All", "open": "Open", "ready": "Ready", "backordered": "Backordered", "done": "Done"}
NAMES = ("status", "from", "to", "buyer", "po", "job", "q")


@dataclass(frozen=True, slots=True)
class Chip:
    """A status to choose with one press."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in use, with the address without it. Not ``shown`` where a chosen chip says it already."""

    name: str
    label: str
    remove_href: str
    shown: bool


@dataclass(frozen=True, slots=True)
class FilterLinks:
    """``given``: the filters in the address, as typed."""

    given: dict[str, str]

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> FilterLinks:
        """The filters among a request's arguments."""
        return cls({name: arguments[name] for name in NAMES if arguments.get(name)})

    def page(self, direction: str, cursor: str | None) -> str | None:
        """The list from a cursor on; ``direction`` is before or after. None where there is no such page."""
        return _href("orders.history", {**self.given, direction: cursor}) if cursor else None

    def export(self) -> str:
        """The file with the same filters."""
        return _href("orders.export", self.given)

    def export_lines(self) -> str:
        """The file of their lines."""
        return _href("orders.export_lines", self.given)

    def chips(self) -> list[Chip]:
        """The chips, each with the other filters kept."""
        chosen = self.given.get("status", "")
        return [Chip(words, self._with("status", value), chosen == value) for value, words in CHIPS.items()]

    def active(self, wanted: HistoryFilter, people: Mapping[int, str]) -> list[ActiveFilter]:
        """The filters in use. ``people``: names of the company's buyers by id."""
        said = {
            "status": wanted.status and dict(STATUS_CHOICES)[wanted.status],
            "from": wanted.placed_from and f"from {wanted.placed_from.isoformat()}",
            "to": wanted.placed_to and f"to {wanted.placed_to.isoformat()}",
            "buyer": wanted.buyer_id and people.get(wanted.buyer_id, "Someone else"),
            "po": po_words(wanted.po),
            "job": wanted.job and f"Job {wanted.job}",
            "q": wanted.text and f"“{wanted.text}”",
        }
        return [
            ActiveFilter(
                name, str(words), self._with(name, ""), name != "status" or wanted.status not in CHIPS
            )
            for name, words in said.items()
            if words
        ]

    def _with(self, name: str, value: str) -> str:
        others = {each: words for each, words in self.given.items() if each != name}
        return _href("orders.history", {**others, name: value} if value else others)


# Any, because url_for also has keywords of its own, which are of other types.
def _href(endpoint: str, filters: Mapping[str, Any]) -> str:
    return url_for(endpoint, **filters)
