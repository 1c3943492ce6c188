"""Names of things: order numbers and pickup codes."""

from __future__ import annotations

import secrets

# Followed by the database's sequence: CP-100001.
PREFIX = "CP-"
# No 0/O, 1/I/L, 2/Z, 5/S, 8/B: it is read aloud over a counter and typed with gloves on.
CODE_LETTERS = "34679ACDEFGHJKMNPQRTUVWXY"
CODE_LENGTH = 6


def new_pickup_code() -> str:
    """Six letters and digits, 244 million possibilities; only together with an order do they open anything."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
