"""What pages of staff say of write-offs."""

from __future__ import annotations

from flask import current_app

from portal.foundation.config import Settings
from portal.foundation.money import round_to_minor


def write_off_limit(currency: str) -> int:
    """The most that is written off of one invoice, by the setting, in minor units."""
    settings: Settings = current_app.extensions["settings"]
    return round_to_minor(settings.write_off_limit, currency)
