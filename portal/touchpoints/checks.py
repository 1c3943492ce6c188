"""The touchpoint log holds nothing that is invalid or in no month."""

from __future__ import annotations

from portal.foundation.check import Check

CHECKS = (
    Check(
        "log_partitions",
        "No touchpoint fell outside the monthly partitions.",
        "select event_id::text, name from touchpoint_other",
    ),
    Check(
        "valid_touchpoints",
        "Every touchpoint has the properties that its name promises.",
        "select event_id::text, name, invalid_reason from touchpoint where not valid",
    ),
)
