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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_TAX_ROUNDING", "cent"),
        ("PORTAL_EXEMPT_AT_ONCE", "maybe"),
        ("PORTAL_EXEMPTION_YEARS", "0"),
        ("PORTAL_EXEMPTION_YEARS", "1000"),
    ],
)
def test_settings_of_tax_are_among_a_few(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        from_environment({**FINE, name: value})


def test_settings_of_tax() -> None:
    assert (from_environment(FINE).tax_rounding, from_environment(FINE).exempt_at_once) == ("line", False)
    told = from_environment(
        {
            **FINE,
            "PORTAL_TAX_ROUNDING": "document",
            "PORTAL_EXEMPT_AT_ONCE": "yes",
            "PORTAL_EXEMPTION_YEARS": "3",
        }
    )
    assert (told.tax_rounding, told.exempt_at_once, told.exemption_years) == ("document", True, 3)
