"""What lies in the nouns' rooms is found, in a fixed order, and doubles are refused."""

from __future__ import annotations

import pytest

from portal.foundation import rooms
from portal.foundation.jobs import House, Job, by_name


def test_every_module_of_a_kind_is_found_in_order() -> None:
    """Modules and packages, in nouns and on ground floors. Seen failing without the packages (``views/``), and with
    the file system's order."""
    names = [module.__name__ for module in rooms.modules("jobs", "facts")]
    assert names == sorted(names)
    assert {"portal.worker.jobs", "portal.billing.reminders.jobs", "portal.web.facts"} <= set(names)
    models = [module.__name__ for module in rooms.modules("models")]
    assert {"portal.orders.models.drafts", "portal.stores.models"} <= set(models)


def test_the_foundation_is_no_domain() -> None:
    """Seen failing: portal/foundation/jobs.py declares no jobs, it says what one is."""
    assert "portal.foundation.jobs" not in [module.__name__ for module in rooms.modules("jobs")]


def test_two_jobs_cannot_share_a_name() -> None:
    """Seen failing without the check: the later one ran silently."""

    def run(house: House) -> None: ...

    with pytest.raises(
        ValueError, match=r"Two jobs are called billing\.remind; give one of them another name"
    ):
        by_name([Job("billing.remind", run), Job("billing.remind", run)])
