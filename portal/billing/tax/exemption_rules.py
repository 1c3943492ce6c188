"""Certificates that exempt from sales tax: why, which files, what holds on a day. Pure rules."""

from __future__ import annotations

from datetime import date

REASONS = {
    "resale": "For resale",
    "government": "Government",
    "nonprofit": "Non-profit",
    "manufacturing": "Manufacturing",
    "other": "Another reason",
}
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_NUMBER, MAX_REGION, MAX_FILE_NAME = 60, 40, 120
# What a file is, told by its first bytes; its name and what the browser says do not count.
MAGIC = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


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
