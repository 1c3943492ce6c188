"""The touchpoint log holds nothing that is invalid or in no month.

Facts and what the server saw are held strictly. What a browser reports is a sample, and anybody can send one:
``portal verify`` counts those that are not valid (:mod:`portal.verification.figures`) and goes on.
"""

from __future__ import annotations

from portal.foundation.check import Check
from portal.touchpoints.queries import INVALID

CHECKS = (
    Check(
        "log_partitions",
        "No touchpoint fell outside the monthly partitions.",
        "select event_id::text, name from touchpoint_other",
    ),
    Check(
        "valid_touchpoints",
        "Every touchpoint has the properties that its name promises, or was voided (portal repair-touchpoints).",
        INVALID,
    ),
)
