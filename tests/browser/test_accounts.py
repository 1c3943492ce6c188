"""Coming in by invitation, forgetting a password, leaving for good."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visitor = Callable[..., Person]
LINK = re.compile(r"https?://\S+")
FIRST = "ochre walls and ladders"
SECOND = "umber doors and brushes"


def test_invitation_password_and_leaving(visitor: Visitor, stack: Stack) -> None:
    owner = visitor("owner")
    newcomer = visitor()
    email = f"sam.{newcomer.size.name}@okafor.example"
    owner.go("People")
    owner.look("people")
    owner.link("Invite someone").click()
    owner.page.get_by_label("E-mail").fill(email)
    owner.page.get_by_label("Name").fill("Sam Ortiz")
    owner.page.get_by_role("radio", name=re.compile("^Buyer")).check()
    owner.look("invite")
    owner.button("Send the invitation").click()
    expect(owner.main()).to_contain_text("Invited")

    newcomer.page.goto(link_of(stack, email, "Your invitation to order"))
    newcomer.heading(re.compile("^Join ")).wait_for()
    newcomer.look("join")
    newcomer.page.get_by_label("Choose a password").fill("short")
    newcomer.button("Join").click()
    expect(newcomer.page.locator(".field--bad")).to_have_count(1)
    newcomer.look("join-refused")
    newcomer.page.get_by_label("Choose a password").fill(FIRST)
    newcomer.button("Join").click()
    newcomer.page.wait_for_load_state()
    if newcomer.page.get_by_label("Password", exact=True).count():
        newcomer.fill_in_and_sign_in(email, FIRST)
    expect(newcomer.page.locator("h1")).to_contain_text("Sam")
    newcomer.sign_out()

    newcomer.look("sign-in")
    newcomer.link("Forgot your password?").click()
    newcomer.page.get_by_label("E-mail").fill(email)
    newcomer.look("forgot")
    newcomer.page.get_by_role("main").get_by_role("button").click()
    newcomer.page.goto(link_of(stack, email, "new password"))
    newcomer.heading("Choose a new password").wait_for()
    newcomer.look("new-password")
    newcomer.page.get_by_label("password").fill(SECOND)
    newcomer.button("Save the new password").click()
    newcomer.fill_in_and_sign_in(email, FIRST)
    newcomer.page.get_by_role("alert").first.wait_for()
    newcomer.look("old-password-refused")
    newcomer.fill_in_and_sign_in(email, SECOND)
    expect(newcomer.page.locator("h1")).to_contain_text("Sam")
    newcomer.open_account()
    newcomer.look("account")

    thief = visitor()
    thief.context.add_cookies([dict(each) for each in newcomer.context.cookies()])
    thief.start()
    expect(thief.page.locator("h1")).to_contain_text("Sam")
    newcomer.sign_out()
    thief.page.reload()
    thief.heading("Sign in").wait_for()


def link_of(stack: Stack, email: str, subject: str) -> str:
    found = LINK.search(stack.mail(email, subject=subject)["text"])
    assert found
    return found[0]
