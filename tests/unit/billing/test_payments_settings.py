"""With which payment settings the portal starts, and that no message tells a secret."""

from __future__ import annotations

from typing import Any

import pytest

from portal.foundation.config import ConfigError, Settings, from_environment

TEST_KEY = "sk_test_51Nq8vKcJw2eLmZt0aBc"
LIVE_KEY = "sk_live_51Nq8vKcJw2eLmZt0aBc"
SECRET = "whsec_8sKq2mVx0LpZ4tRn"
SANDBOX = "http://127.0.0.1:8027"


def settings(**given: str) -> Settings:
    return from_environment(
        {
            "DATABASE_URL": "postgresql://localhost/x",
            "PORTAL_SECRET_KEY": "kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4",
            **{f"PORTAL_{name}": value for name, value in given.items()},
        }
    )


@pytest.mark.parametrize(
    ("given", "mode", "tests"),
    [
        ({}, "off", False),
        ({"STRIPE_KEY": TEST_KEY, "STRIPE_WEBHOOK_SECRET": SECRET}, "stripe", True),
        ({"STRIPE_KEY": LIVE_KEY, "STRIPE_WEBHOOK_SECRET": SECRET}, "stripe", False),
        ({"STRIPE_KEY": TEST_KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "DEMO": "yes"}, "stripe", True),
        (
            {"STRIPE_KEY": TEST_KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API": SANDBOX, "DEMO": "yes"},
            "demo",
            True,
        ),
    ],
)
def test_three_modes(given: dict[str, str], mode: str, tests: bool) -> None:
    known = settings(**given)
    assert (known.payments, known.payments_are_tests) == (mode, tests)
    assert TEST_KEY not in repr(known)
    assert SECRET not in repr(known)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"STRIPE_KEY": LIVE_KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API": SANDBOX}, "live key"),
        (
            {"STRIPE_KEY": LIVE_KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API": SANDBOX, "DEMO": "yes"},
            "live key",
        ),
        ({"STRIPE_KEY": LIVE_KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "DEMO": "yes"}, "no real money"),
        ({"STRIPE_KEY": TEST_KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API": SANDBOX}, "for the demo"),
        (
            {
                "STRIPE_KEY": TEST_KEY,
                "STRIPE_WEBHOOK_SECRET": SECRET,
                "STRIPE_API": "https://pay.example.com",
                "DEMO": "yes",
            },
            "for the demo",
        ),
        ({"DEMO": "yes", "PUBLIC_URL": "https://orders.example.com"}, "others can reach"),
        ({"STRIPE_KEY": TEST_KEY}, "WEBHOOK_SECRET is missing"),
        ({"STRIPE_KEY": TEST_KEY, "STRIPE_WEBHOOK_SECRET": "whsec_short"}, "too short"),
        ({"STRIPE_KEY": TEST_KEY, "STRIPE_WEBHOOK_SECRET": "whsec_..............."}, "a sample"),
        ({"STRIPE_WEBHOOK_SECRET": SECRET}, "PORTAL_STRIPE_KEY is not"),
        ({"STRIPE_KEY": "sk_test_1234", "STRIPE_WEBHOOK_SECRET": SECRET}, "too short"),
        ({"STRIPE_KEY": "pk_test_51Nq8vKcJw2eLmZt0aBc", "STRIPE_WEBHOOK_SECRET": SECRET}, "not a secret key"),
        ({"STRIPE_KEY": "sk_test_4eC39HqLyjWDarjtT1zdp7dc", "STRIPE_WEBHOOK_SECRET": SECRET}, "a sample"),
        ({"STRIPE_KEY": "sk_test_xxxxxxxxxxxxxxxxxxxx", "STRIPE_WEBHOOK_SECRET": SECRET}, "a sample"),
    ],
)
def test_refuses_to_start(given: dict[str, str], says: str) -> None:
    """Each refusal is one sentence that names the setting and repeats no secret."""
    with pytest.raises(ConfigError) as no:
        settings(**given)
    sentence = str(no.value)
    assert says in sentence
    secrets: Any = [v for k, v in given.items() if k in ("STRIPE_KEY", "STRIPE_WEBHOOK_SECRET")]
    assert not any(secret in sentence for secret in secrets)
