"""What nouns declare is collected in a fixed order, and two of one name are an error that says so."""

from __future__ import annotations

import pytest

from portal.foundation import rooms
from portal.foundation.jobs import Job, by_name
from tests.rules.reading.nouns import KINDS


def test_two_jobs_cannot_share_a_name() -> None:
    """Seen failing without the check: the later one won silently."""
    job = Job("billing.remind", print)
    with pytest.raises(
        ValueError, match=r"Two jobs are called billing\.remind; give one of them another name"
    ):
        by_name([job, job])


@pytest.mark.parametrize("kind", [*KINDS, "models"])
def test_rooms_are_read_in_the_order_of_their_names(kind: str) -> None:
    """Seen failing without the sorting: file systems list folders in any order."""
    names = [module.__name__ for module in rooms.modules(kind)]
    assert names == sorted(set(names))
