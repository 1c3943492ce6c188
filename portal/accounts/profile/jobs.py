"""What the worker does when somebody's name has changed."""

from __future__ import annotations

from portal.accounts.profile.use_cases import NAME_CHANGED, announce_names
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job


def announce(house: House, *, user_id: int, by_file: bool) -> None:
    """Tell the person and the administrators of their companies, by mail and in the log."""
    with transaction(house.sessions) as session:
        announce_names(session, user_id=user_id, by_file=by_file, now=utcnow())


JOBS = (Job(NAME_CHANGED, announce),)
