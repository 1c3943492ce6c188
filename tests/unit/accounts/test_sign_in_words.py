"""Networks, devices, passwords, paths: values in, values out."""

from __future__ import annotations

import pytest

from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.devices import device_name
from portal.foundation.wording import phone_digits
from portal.web.browser.visitor import network_of
from portal.web.urls import local_path


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        (None, ""),
        ("not an address", ""),
    ],
)
def test_an_address_loses_its_last_part(address: str | None, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("curl/8", "Unknown device"),
    ],
)
def test_a_browsers_long_name_in_short(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_phone_digits() -> None:
    assert phone_digits("+1 (518) 555-0100") == "15185550100"
    assert phone_digits("none") is None
    assert phone_digits(None) is None


def test_a_stored_hash_that_is_none_fits_nothing() -> None:
    assert not passwords.verify(None, "nobody signs in with this")
    assert not passwords.verify("broken", "x")
    assert passwords.verify(passwords.hash_password("a long phrase"), "a long phrase")


@pytest.mark.parametrize("path", ["/", "/orders?status=open&after=x", "/drafts/5#lines"])
def test_own_paths_are_kept(path: str) -> None:
    assert local_path(path, "/") == path
