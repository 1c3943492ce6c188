"""Paying by clicking, against the sandbox's Stripe: cards, banks, what goes wrong and what is given back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import checkout
from tests.browser.payers import Payer, make_payer
from tests.browser.person import Person
from tests.browser.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visitor = Callable[..., Person]
PayerMade = Callable[..., Payer]


@pytest.fixture
def payer(stack: Stack, request: pytest.FixtureRequest) -> PayerMade:
    """``payer([12_000])`` makes a company that owes 120.00, for this journey alone."""

    def make(amounts: list[int], **terms: int) -> Payer:
        name = re.sub(r"\W+", " ", request.node.name.removeprefix("test_")).replace("_", " ").title().strip()
        return make_payer(stack.database_url, name, amounts, **terms)

    return make


def test_cards(visitor: Visitor, payer: PayerMade, stack: Stack) -> None:
    """Three invoices with an amount each: a declined card, then a good one; the rest with 3-D Secure."""
    owes = payer([120_00, 80_50, 45_25])
    first, second, third = owes.invoices
    me = visitor(owes.email)
    me.go("Invoices")
    me.look("invoices")
    checkout.choose_invoices(me, owes.invoices)
    me.page.get_by_label(f"Amount for {second}").fill("50.50")
    me.page.get_by_label(f"Amount for {second}").press("Tab")
    me.page.get_by_label("Why less than what is open?").select_option(index=1)
    expect(me.main()).to_contain_text("$215.75")
    me.look("pay")
    checkout.go_to_payment(me)
    expect(me.page.locator("body")).to_contain_text("215.75 USD")
    checkout.fill_in_card(me, checkout.DECLINED)
    me.look_outside("payment-page")
    checkout.press_pay(me)
    expect(me.page.get_by_role("alert")).to_contain_text("You have not been charged")
    me.look_outside("declined")
    checkout.fill_in_card(me, checkout.GOOD)
    checkout.press_pay(me)
    checkout.back_at_the_portal(me)
    expect(me.main()).to_contain_text("Paid: $215.75")
    for words in (first, f"{second}, $30.00 still open", third, "$120.00", "$50.50", "$45.25"):
        expect(me.main()).to_contain_text(words)
    me.look("paid")
    stack.mail(owes.email, subject="received: $215.75")

    checkout.choose_invoices(me, [second])
    expect(me.page.get_by_label(f"Amount for {second}")).to_have_value("30.00")
    checkout.go_to_payment(me)
    checkout.fill_in_card(me, checkout.THREE_D_SECURE)
    checkout.press_pay(me)
    me.button("Yes, it is me").wait_for()
    me.look_outside("bank-asks")
    me.button("Yes, it is me").click()
    checkout.back_at_the_portal(me)
    expect(me.main()).to_contain_text("Paid: $30.00")
    me.go("Invoices")
    expect(me.main()).to_contain_text("Nothing to pay")


def test_a_bank_debit_that_fails_days_later(visitor: Visitor, payer: PayerMade, stack: Stack) -> None:
    """It is on its way for days and speaks for its invoice; then it fails, and the invoice is open again."""
    owes = payer([310_00])
    me = visitor(owes.email)
    checkout.choose_invoices(me, owes.invoices)
    checkout.go_to_payment(me, "Bank")
    checkout.fill_in_bank(me, checkout.BANK_THAT_FAILS)
    checkout.press_pay(me)
    checkout.back_at_the_portal(me)
    expect(me.main()).to_contain_text("On its way: $310.00")
    me.look("on-its-way")
    payment = me.page.url
    me.go("Invoices")
    expect(me.main()).to_contain_text("$310.00 on its way")
    stack.advance(days=5)
    stack.mail(owes.email, subject="$310.00 did not go through")
    me.page.goto(payment)
    expect(me.main()).to_contain_text("The payment did not go through")
    me.look("failed")
    me.link("Try again").click()
    me.heading(re.compile("^Pay ")).wait_for()
    expect(me.page.get_by_label(f"Amount for {owes.invoices[0]}")).to_have_value("310.00")
