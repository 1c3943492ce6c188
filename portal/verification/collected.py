"""All checks: those of the nouns, and those over every domain."""

from __future__ import annotations

from functools import cache

from portal.foundation import rooms
from portal.foundation.check import Check, in_order


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check that lies in a ``checks.py``, in the order in which they are run and printed.

    :raises ValueError: when two checks have the same name.
    """
    return in_order(check for module in rooms.modules("checks") for check in module.CHECKS)
