"""Certificates that exempt from sales tax: reasons, checks, and their state on a day. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from portal.billing.tax.rules import region_key
from portal.billing.tax.scans import begins_like_one, file_type
from portal.foundation.wording import date_words
from portal.places.regions import UnknownRegion, checked_region

REASONS = {
    "resale": "For resale",
    "government": "Government",
    "nonprofit": "Non-profit",
    "manufacturing": "Manufacturing",
    "other": "Another reason",
}
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_NUMBER, MAX_REGION, MAX_FILE_NAME = 60, 40, 120
MAX_NOTE = 300
# No certificate in use is older.
YEARS_BACK = 40


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person entered about a certificate, and its file."""

    region: str
    reason: str
    number: str
    valid_from: date | None
    valid_to: date | None
    file_name: str
    file: bytes


@dataclass(frozen=True, slots=True)
class ExemptionPolicy:
    """The seller's settings. ``at_once``: a certificate counts before the seller has looked at it; ``years``: how far
    ahead its last day may be, to the end of that year."""

    at_once: bool = False
    years: int = 10


class Standing(Protocol):
    """What the state of a certificate depends on."""

    state: str
    valid_from: date
    valid_to: date
    counts_from: datetime | None
    ended_at: datetime | None
    ended_by: str


def clean_file_name(name: str, ending: str) -> str:
    """A name to keep: the last part of a path, printable, with the ending of what the file is."""
    last = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable() and c != '"')
    stem = last.rpartition(".")[0] or last
    return f"{stem.strip(' .')[: MAX_FILE_NAME - 5] or 'certificate'}.{ending}"


def state_on(day: date, held: Standing) -> tuple[str, str]:
    """Words and tone of a certificate on a day."""
    if held.state == "refused":
        return "Refused", "bad"
    if held.ended_at is not None:
        return ("Ended by the seller", "warn") if held.ended_by == "seller" else ("Withdrawn", "neutral")
    if day > held.valid_to:
        return "Expired", "warn"
    if held.state == "waiting":
        return "Waiting to be accepted", "info"
    return ("Not valid yet", "info") if day < held.valid_from else ("Valid", "ok")


def is_waiting(held: Standing) -> bool:
    """Whether the seller has yet to look at it."""
    return held.state == "waiting" and held.ended_at is None


def problems_of(given: Certificate, today: date, policy: ExemptionPolicy) -> dict[str, str]:
    """What is wrong with a certificate: a sentence for each field.

    :param today: the seller's calendar day.
    """
    problems = {}
    region = region_problem(given.region)
    if region:
        problems["region"] = region
    if given.reason not in REASONS:
        problems["reason"] = "Choose why you are exempt."
    if not 1 <= len(given.number.strip()) <= MAX_NUMBER:
        problems["number"] = f"Enter the certificate's number, at most {MAX_NUMBER} characters."
    problems |= _first_day_problem(given.valid_from, today)
    problems |= _last_day_problem(given, today, date(today.year + policy.years, 12, 31))
    return problems | _file_problem(given.file)


def region_problem(region: str) -> str:
    """A sentence for a region that is none, or that no rate could ever go by; empty for any other."""
    if not 2 <= len(region_key(region)) <= MAX_REGION:
        return "Enter the state that gave it, as in your address: for example NY."
    try:
        checked_region(region)
    except UnknownRegion as no:
        return f"{str(no)[0].upper()}{str(no)[1:]}"
    return ""


def _first_day_problem(valid_from: date | None, today: date) -> dict[str, str]:
    if valid_from is None:
        return {"valid_from": "Enter the first day that it covers."}
    if valid_from.year < today.year - YEARS_BACK:
        return {"valid_from": "This is too long ago. Check the year."}
    return {}


def _last_day_problem(given: Certificate, today: date, latest: date) -> dict[str, str]:
    if given.valid_to is None:
        return {"valid_to": "Enter the last day that it covers."}
    if given.valid_from is not None and given.valid_to < given.valid_from:
        return {"valid_to": "This is before the first day."}
    if given.valid_to < today:
        return {"valid_to": "It has expired. Add the one that holds now."}
    if given.valid_to > latest:
        words = (
            f"We accept certificates until {date_words(latest)} at most. Enter that day if yours is valid longer "
            "or has no last day; we write to you before it."
        )
        return {"valid_to": words}
    return {}


def _file_problem(data: bytes) -> dict[str, str]:
    if not data:
        return {"file": "Choose the file: a scan or a photo of the certificate."}
    if len(data) > MAX_FILE_BYTES:
        return {
            "file": f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB. Take a smaller picture."
        }
    if file_type(data) is not None:
        return {}
    if begins_like_one(data):
        return {"file": "The file is damaged or incomplete: it does not open. Save or scan it again."}
    return {"file": "Only PDF, PNG and JPEG files can be used."}
