"""A passkey of a phone and an app's codes: set up, used to sign in and to confirm, lost and replaced."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visitor = Callable[..., Person]
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def carry_phone(person: Person) -> None:
    """Give the browser a device that keeps passkeys and is unlocked at once."""
    device = person.context.new_cdp_session(person.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})


def test_a_passkey_and_recovery_codes(visitor: Visitor) -> None:
    support = visitor("support")
    carry_phone(support)
    support.open_account()
    support.page.get_by_role("link", name="Set it up").click()
    support.look("security-without")
    support.page.get_by_label("Name").fill("My phone")
    support.button("Add a passkey").click()
    support.heading("Keep these recovery codes").wait_for()
    support.look("recovery-codes")
    code = support.page.locator(".recovery-codes code").first.inner_text()
    support.link("I have kept them, go on").click()
    expect(support.main()).to_contain_text("My phone")
    support.look("security-with-passkey")
    support.sign_out()

    support.look("sign-in")
    support.fill_in_and_sign_in("support@demo.example", "paint-the-town")
    support.heading("One more step").wait_for()
    support.look("second-factor")
    support.page.get_by_label("Code").fill("000 000")
    support.button("Continue").click()
    expect(support.page.locator(".field--bad")).to_have_count(1)
    support.look("second-factor-refused")
    support.button("Use a passkey").click()
    support.page.wait_for_url(re.compile(r"/$"))
    support.sign_out()

    support.button("Sign in with a passkey").click()
    support.page.wait_for_url(re.compile(r"/$"))
    support.sign_out()

    support.fill_in_and_sign_in("support@demo.example", "paint-the-town")
    support.page.get_by_label("Code").fill(code.lower())
    support.button("Continue").click()
    support.page.wait_for_url(re.compile(r"/$"))
    support.open_account()
    support.page.get_by_role("link", name="Manage it").click()
    support.button("Remove My phone").click()
    expect(support.page.locator("#flashes")).to_contain_text("is removed")
    support.look("security-removed")


def test_an_app_is_shown_once(visitor: Visitor) -> None:
    owner = visitor("viewer")
    owner.open_account()
    owner.page.get_by_role("link", name="Set it up").click()
    owner.button("Set up an app").click()
    owner.heading("Set up an authenticator app").wait_for()
    owner.look("app")
    owner.page.get_by_role("textbox", name="Code").fill("12345x")
    owner.button("Turn it on").click()
    expect(owner.page.locator(".field--bad")).to_have_count(1)
    owner.look("app-refused")
