"""What the worker does about forgotten passwords."""

from __future__ import annotations

from portal.accounts.sign_in.use_cases.credentials import REQUEST_RESET, answer_reset_request
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job


def request(house: House, *, request_id: int) -> None:
    """Send the link for a new password that was asked for, if the address is somebody's."""
    with transaction(house.sessions) as session:
        answer_reset_request(
            session, request_id=request_id, public_url=house.settings.public_url, now=utcnow()
        )


JOBS = (Job(REQUEST_RESET, request),)
