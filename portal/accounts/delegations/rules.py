"""How long a delegation runs, and the reason that a rep gives for it."""

from __future__ import annotations

from datetime import timedelta

from portal.foundation.errors import Rejected

LONGEST = timedelta(minutes=60)
SHORTEST_REASON = 5
LONGEST_REASON = 200


def checked_reason(reason: str) -> str:
    """The reason, without spaces that say nothing.

    :raises Rejected: if it is too short or too long.
    """
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise Rejected("reason_missing", "Say why, in a few words. The customer reads this.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Rejected("reason_long", f"Use at most {LONGEST_REASON} characters.", field="reason")
    return reason
