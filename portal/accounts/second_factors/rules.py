"""Second factors without tables: codes of apps, and codes on paper."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp

STEP = 30  # seconds for which an app shows a code
DRIFT = 1  # steps that a phone's clock may be early or late
CODES = 10
# Without characters that are taken for each other; 16 of them are 80 random bits.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_recovery_codes() -> list[str]:
    """A new set, each like ``K7QD-M2XA-9FHT-BR3W``."""
    return [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(CODES)
    ]


def plain(code: str) -> str:
    """What was typed without the blanks and dashes that people put between groups, in capitals."""
    return "".join(character for character in code.upper() if character.isalnum())


def is_app_code(code: str) -> bool:
    """Whether it looks like an app's code: six digits."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def matching_step(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """The step whose code this is, at most ``DRIFT`` away from now; None if it is none of them.

    :param after: the step of the last accepted code. It and earlier ones are not accepted again.
    """
    app, current = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    found = None
    for step in range(current - DRIFT, current + DRIFT + 1):  # all of them, whichever it is: the same time
        fits = pyotp.utils.strings_equal(app.generate_otp(step), code)
        if fits and found is None and (after is None or step > after):
            found = step
    return found
