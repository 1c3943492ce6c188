"""Certificates that exempt from sales tax: reasons, files, checks, and their state on a day. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.billing.tax.rules import region_key

REASONS = {
    "resale": "For resale",
    "government": "Government",
    "nonprofit": "Non-profit",
    "manufacturing": "Manufacturing",
    "other": "Another reason",
}
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_NUMBER, MAX_REGION, MAX_FILE_NAME = 60, 40, 120
# The first bytes decide what a file is; its name and the browser's media type are not trusted.
MAGIC = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


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


def file_type(data: bytes) -> tuple[str, str] | None:
    """Media type and ending of a PDF, PNG or JPEG; None for anything else."""
    return next(((kind, ending) for magic, kind, ending in MAGIC if data.startswith(magic)), None)


def clean_file_name(name: str, ending: str) -> str:
    """A name to keep: the last part of a path, printable, with the ending of what the file is."""
    last = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable() and c != '"')
    stem = last.rpartition(".")[0] or last
    return f"{stem.strip(' .')[: MAX_FILE_NAME - 5] or 'certificate'}.{ending}"


def state_on(day: date, *, valid_from: date, valid_to: date, withdrawn: bool) -> tuple[str, str]:
    """Words and tone of a certificate on a day."""
    if withdrawn:
        return "Withdrawn", "neutral"
    if day < valid_from:
        return "Not valid yet", "info"
    if day > valid_to:
        return "Expired", "warn"
    return "Valid", "ok"


def problems_of(given: Certificate, today: date) -> dict[str, str]:
    """What is wrong with a certificate: a sentence for each field.

    :param today: the seller's calendar day.
    """
    problems = {}
    if not 2 <= len(region_key(given.region)) <= MAX_REGION:
        problems["region"] = "Enter the state that gave it, as in your address: for example NY."
    if given.reason not in REASONS:
        problems["reason"] = "Choose why you are exempt."
    if not 1 <= len(given.number.strip()) <= MAX_NUMBER:
        problems["number"] = f"Enter the certificate's number, at most {MAX_NUMBER} characters."
    return {**problems, **_day_problems(given.valid_from, given.valid_to, today), **_file_problem(given.file)}


def _day_problems(valid_from: date | None, valid_to: date | None, today: date) -> dict[str, str]:
    problems = {}
    if valid_from is None:
        problems["valid_from"] = "Enter the first day that it covers."
    if valid_to is None:
        problems["valid_to"] = "Enter the last day that it covers."
    elif valid_from is not None and valid_to < valid_from:
        problems["valid_to"] = "This is before the first day."
    elif valid_to < today:
        problems["valid_to"] = "It has expired. Add the one that holds now."
    return problems


def _file_problem(data: bytes) -> dict[str, str]:
    if not data:
        return {"file": "Choose the file: a scan or a photo of the certificate."}
    if len(data) > MAX_FILE_BYTES:
        return {
            "file": f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB. Take a smaller picture."
        }
    if file_type(data) is None:
        return {"file": "Only PDF, PNG and JPEG files can be used."}
    return {}
