"""What only somebody may do who has just proved who they are: a browser left open, or a copied cookie, is not enough.

A view that writes under one of ``PERMISSIONS`` needs it; so does every view that is marked ``@confirmed``. What happens
when the proof is too old is in :mod:`portal.accounts.second_factors.views.gate`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from portal.web.sessions import Visit
from portal.web.transaction import SAFE_METHODS

View = TypeVar("View", bound=Callable[..., Any])
# For so long after proving who one is.
FRESH = timedelta(minutes=5)
# Who may do what, and working in somebody else's account.
PERMISSIONS = frozenset({"people:manage", "company:manage", "staff:manage", "delegations:start"})


def confirmed(view: View) -> View:
    """Declare that a view writes only for somebody who has just proved who they are."""
    view.confirmed = True  # type: ignore[attr-defined]
    return view


def needs_confirmation(view: Callable[..., Any] | None, method: str) -> bool:
    """Whether a request of this method to the view needs a fresh proof."""
    if method in SAFE_METHODS:
        return False
    return getattr(view, "confirmed", False) or getattr(view, "permission", None) in PERMISSIONS


def is_fresh(seen: Visit, *, now: datetime) -> bool:
    """Whether the person proved who they are recently enough, with a second factor if they have one."""
    if seen.confirmed_at is None or (seen.has_second_factor and seen.second_factor_at is None):
        return False
    return now - seen.confirmed_at <= FRESH
