"""The addresses around a list of invoices: its chips, the filters in use, its neighboring pages. Pure rules; the page that
shows the list provides the function that makes an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from portal.billing.invoices.filters import FIELDS, STATUSES, InvoiceFilter, filter_words


@dataclass(frozen=True, slots=True)
class Chip:
    """A status to choose; ``count`` is None where it is not counted."""

    label: str
    href: str
    current: bool
    count: int | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class FilterInUse:
    """A filter by its field, in words, with the address of the list without it."""

    name: str
    label: str
    remove_href: str


@dataclass(frozen=True)
class InvoiceList:
    """A list as it was requested: ``given`` is the query of the address, ``url`` makes an address of such a query."""

    given: Mapping[str, str]
    wanted: InvoiceFilter
    url: Callable[..., str]
    ticked: Sequence[str] = ()

    def kept(self, *without: str) -> dict[str, str]:
        """The filter's part of the query, without some of it."""
        return {
            name: self.given[name]
            for name in ("status", *FIELDS)
            if self.given.get(name) and name not in without
        }

    def chips(self, counts: Mapping[str, int]) -> list[Chip]:
        """One for each status; the list begins with what is open."""
        others = self.kept("status")
        return [
            Chip(
                words,
                self.url(**others, status=None if status == "open" else status),
                self.wanted.status == status,
                counts.get(status),
                status,
            )
            for status, words in STATUSES.items()
        ]

    def active(self) -> list[FilterInUse]:
        """The filters in use besides the status."""
        return [
            FilterInUse(name, words, self.url(**self.kept(name))) for name, words in filter_words(self.wanted)
        ]

    def href(self, **more: str) -> str:
        """The list with its filter and what was ticked, and more."""
        return self.url(**self.kept(), **self._ticks, **more)

    @property
    def _ticks(self) -> dict[str, list[str]]:
        return {"invoice": list(self.ticked)} if self.ticked else {}

    def page_href(self, direction: str, cursor: str | None) -> str | None:
        """The neighboring page at a cursor, if there is one."""
        return self.href(**{direction: cursor}) if cursor else None

    @property
    def cleared_href(self) -> str:
        """The same status without any filter."""
        return self.url(status=self.given.get("status") or None, **self._ticks)
