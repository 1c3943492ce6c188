"""The filter of a list of invoices, as the query of an address has it. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.foundation.clock import typed_day
from portal.foundation.wording import po_words

STATUSES = {"open": "Open", "overdue": "Overdue", "paid": "Paid", "memos": "Credit memos", "all": "All"}
# The other parts of the query, in the order in which they are shown.
FIELDS = ("q", "po", "job", "from", "to")
MOST_TICKED = 500
LONGEST = 100


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Days are of issue and inclusive; texts match anywhere, case ignored."""

    status: str = "open"  # one of STATUSES
    issued_from: date | None = None
    issued_to: date | None = None
    job: str = ""
    po: str = ""
    text: str = ""  # number, PO, order number or job
    numbers: tuple[str, ...] = ()  # exactly these documents, whatever their status: what was ticked

    @property
    def active(self) -> int:
        """How many filters are set besides the status."""
        wanted = (self.issued_from, self.issued_to, self.job, self.po, self.text, self.numbers)
        return sum(1 for each in wanted if each)

    @property
    def names(self) -> list[str]:
        """The filters in use, for the log, which never holds what was typed."""
        names = ["status"] if self.status != "open" else []
        pairs = {"issued_from": self.issued_from, "issued_to": self.issued_to, "job": self.job, "po": self.po}
        names += [
            name for name, value in {**pairs, "text": self.text, "ticked": self.numbers}.items() if value
        ]
        return names


def read_filter(given: Mapping[str, str], ticked: Iterable[str] = ()) -> tuple[InvoiceFilter, dict[str, str]]:
    """The filter in an address, and what is wrong with it by field. Ticked documents take precedence over
    everything else."""
    numbers = tuple(dict.fromkeys(_clean(each) for each in ticked))[:MOST_TICKED]
    if numbers:
        return InvoiceFilter("all", numbers=numbers), {}
    days, errors = _days(given)
    status = given.get("status", "open")
    wanted = InvoiceFilter(
        status=status if status in STATUSES else "open",
        issued_from=days["from"],
        issued_to=days["to"],
        job=_clean(given.get("job", "")),
        po=_clean(given.get("po", "")),
        text=_clean(given.get("q", "")),
    )
    return wanted, errors


def without(given: Mapping[str, str], name: str) -> dict[str, str]:
    """The query of an address without one of its filters, or without ``all`` of them."""
    dropped = FIELDS if name == "all" else (name,)
    return {field: value for field, value in given.items() if field not in dropped}


def _days(given: Mapping[str, str]) -> tuple[dict[str, date | None], dict[str, str]]:
    """The first and the last day, and what is wrong with them."""
    errors: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("from", "to"):
        try:
            days[name] = typed_day(given.get(name, ""))
        except ValueError:
            days[name], errors[name] = None, "Write the date as year-month-day, for example 2026-03-31."
    if days["from"] and days["to"] and days["from"] > days["to"]:
        errors["to"] = "This is before the first date."
    return days, errors


def filter_words(wanted: InvoiceFilter) -> list[tuple[str, str]]:
    """The filters in use besides the status, by field, in words."""
    words = {
        "q": wanted.text and f"“{wanted.text}”",
        "po": po_words(wanted.po),
        "job": wanted.job and f"Job {wanted.job}",
        "from": wanted.issued_from and f"from {wanted.issued_from.isoformat()}",
        "to": wanted.issued_to and f"to {wanted.issued_to.isoformat()}",
    }
    return [(name, each) for name in FIELDS if (each := words[name])]


def _clean(words: str) -> str:
    return words.replace("\x00", "").strip()[:LONGEST]
