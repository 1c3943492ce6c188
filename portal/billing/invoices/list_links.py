"""The addresses around a list of invoices: its chips, the filters in use, its neighbours. Pure rules; whoever shows
the list says how an address is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.billing.invoices.filters import FIELDS, STATUSES, InvoiceFilter, said


@dataclass(frozen=True)
class InvoiceList:
    """A list as it was asked for: ``given`` is the address' own words, ``url`` makes an address of such words."""

    given: Mapping[str, str]
    wanted: InvoiceFilter
    url: Callable[..., str]

    def kept(self, *without: str) -> dict[str, Any]:
        """The filter's part of the address, without some of it."""
        return {
            name: self.given[name]
            for name in ("status", *FIELDS)
            if self.given.get(name) and name not in without
        }

    def chips(self, counts: Mapping[str, int]) -> list[dict[str, Any]]:
        """One for each status; the list opens with what is open."""
        others = self.kept("status")
        return [
            {
                "label": words,
                "href": self.url(**others, status=None if status == "open" else status),
                "current": self.wanted.status == status,
                "count": counts.get(status),
            }
            for status, words in STATUSES.items()
        ]

    def active(self) -> list[dict[str, str]]:
        """The filters in use beside the status, each with the address without it."""
        return [
            {"name": name, "label": words, "remove_href": self.url(**self.kept(name))}
            for name, words in said(self.wanted)
        ]

    def href(self, **more: Any) -> str:
        """The list with its filter, and more."""
        return self.url(**self.kept(), **more)

    def page_href(self, direction: str, cursor: str | None) -> str | None:
        """The neighbour page at a cursor, if there is one."""
        return self.href(**{direction: cursor}) if cursor else None

    @property
    def cleared_href(self) -> str:
        """The same status without any filter."""
        return self.url(status=self.given.get("status") or None)
