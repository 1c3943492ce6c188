"""Settings that would only be found wrong while people work."""

from __future__ import annotations

import pytest

from portal.foundation.config import ConfigError, from_environment

FINE = {"DATABASE_URL": "postgresql://localhost/portal", "PORTAL_ENV": "development"}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "america/new_york", "UTC+1", "\u0661"])
def test_a_zone_that_does_not_exist_stops_the_start(zone: str) -> None:
    """Seen failing: every page with a day on it was a server error."""
    with pytest.raises(ConfigError, match="PORTAL_TIME_ZONE"):
        from_environment({**FINE, "PORTAL_TIME_ZONE": zone})


def test_an_empty_zone_is_the_usual_one() -> None:
    assert from_environment({**FINE, "PORTAL_TIME_ZONE": ""}).time_zone == "America/New_York"


@pytest.mark.parametrize("number", ["\u00b2", "\u0663", "-1", "1e3", " 2"])
def test_numbers_are_written_in_digits(number: str) -> None:
    """Seen failing with a raised two: a traceback."""
    with pytest.raises(ConfigError, match="PORTAL_WORKERS"):
        from_environment({**FINE, "PORTAL_WORKERS": number})
