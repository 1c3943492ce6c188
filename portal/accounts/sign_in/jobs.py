"""What the worker does about forgotten passwords."""

from __future__ import annotations

from portal.accounts.sign_in.use_cases.credentials import REQUEST_RESET, request_reset
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job


def request(house: House, *, email: str) -> None:
    """Send a link for a new password to a person of this address, if there is one."""
    with transaction(house.sessions) as session:
        request_reset(session, email=email, public_url=house.settings.public_url, now=utcnow())


JOBS = (Job(REQUEST_RESET, request),)
