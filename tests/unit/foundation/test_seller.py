"""Who the seller is on documents: read at the start, and refused there when it cannot be right."""

from __future__ import annotations

import pytest

from portal.foundation.config import ConfigError, from_environment
from portal.foundation.config.seller import Seller
from portal.running.supervisor import DEMO_SELLER

FINE = {
    "PORTAL_ENV": "development",
    "DATABASE_URL": "postgresql://x/y",
    "PORTAL_SELLER_LEGAL_NAME": "Example Coatings GmbH",
    "PORTAL_SELLER_ADDRESS": "Hauptstraße 1 | 10115 Berlin",
    "PORTAL_SELLER_TAX_NUMBERS": "VAT DE000000000",
    "PORTAL_SELLER_BANK": "IBAN: DE02 1203 0000 0000 2020 51 | BIC: BYLADEM1001",
}


def test_the_settings_become_lines() -> None:
    seller = from_environment(FINE).seller
    assert seller.particulars == ["Example Coatings GmbH", "Hauptstraße 1 · 10115 Berlin", "VAT DE000000000"]
    assert seller.bank == (("IBAN", "DE02 1203 0000 0000 2020 51"), ("BIC", "BYLADEM1001"))
    assert from_environment({**FINE, **DEMO_SELLER}).seller.bank[2] == ("Routing number", "000000000")
    assert Seller().particulars == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORTAL_SELLER_BANK", "IBAN: DE03 1203 0000 0000 2020 51", "check digits are wrong"),
        ("PORTAL_SELLER_BANK", "IBAN: hello", "check digits are wrong"),
        ("PORTAL_SELLER_BANK", "Routing number (ABA): 021000022", "check digit is wrong"),
        ("PORTAL_SELLER_BANK", "ABA: 2100002", "check digit is wrong"),
        ("PORTAL_SELLER_BANK", "Example Bank", "a name, a colon and a value"),
        ("PORTAL_SELLER_ADDRESS", "|".join("x" * 9), "too much in it"),
        ("PORTAL_SELLER_ADDRESS", "x" * 101, "too much in it"),
        ("PORTAL_SELLER_ADDRESS", "Main Street\n1", "too much in it"),
        ("PORTAL_SELLER_LEGAL_NAME", "A | B", "one line"),
    ],
)
def test_what_cannot_be_right_stops_the_start(name: str, value: str, words: str) -> None:
    """Seen failing with a mistyped IBAN printed on every invoice."""
    with pytest.raises(ConfigError, match=words):
        from_environment({**FINE, name: value})


@pytest.mark.parametrize(
    "secret",
    [
        "a" * 40,
        "0" * 64,
        "secret" * 6,
        "your-secret-key-goes-here-please-1234",
        "changeme" * 5,
        "ChangeMe-ChangeMe-ChangeMe-ChangeMe!",
        "CHANGE_ME_BEFORE_YOU_GO_TO_PRODUCTION",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "abc123abc123abc123abc123abc123abc123",
    ],
)
def test_a_secret_that_others_would_guess_is_refused(secret: str) -> None:
    """Seen failing when only its length was asked for."""
    production = {**FINE, "PORTAL_ENV": "production", "PORTAL_PUBLIC_URL": "https://orders.example.com"}
    with pytest.raises(ConfigError, match="easy to guess") as refused:
        from_environment({**production, "PORTAL_SECRET_KEY": secret})
    assert secret not in str(refused.value)
    strong = "kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4"
    assert from_environment({**production, "PORTAL_SECRET_KEY": strong}).secret_key == strong
