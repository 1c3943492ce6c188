"""Paying by clicking, against the sandbox's Stripe: cards, banks, what goes wrong and what is given back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import checkout, ordering
from tests.browser.payers import Payer, autopay_day, make_payer
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


def test_a_refund(visitor: Visitor, payer: PayerMade, stack: Stack) -> None:
    """An administrator gives part of a payment back; the invoice is open by that part again, and the payer reads why."""
    owes = payer([90_00])
    me = visitor(owes.email)
    checkout.choose_invoices(me, owes.invoices)
    checkout.go_to_payment(me)
    checkout.fill_in_card(me, checkout.GOOD)
    checkout.press_pay(me)
    checkout.back_at_the_portal(me)
    expect(me.main()).to_contain_text("Paid: $90.00")
    number = me.page.locator("h1").inner_text()

    admin = visitor("admin")
    admin.go("Customers")
    admin.page.get_by_role("searchbox", name="Find a company").fill(owes.company)
    admin.page.locator("#companies").get_by_role("link", name=owes.company).first.click()
    admin.link("Account and invoices").click()
    admin.look("account-of-a-customer")
    admin.link(f"Payment {number}").click()
    admin.heading(f"Payment {number}").wait_for()
    admin.page.get_by_label("Amount to give back").fill("40")
    admin.page.get_by_label("Why").fill("Two cans came back")
    admin.button("Give it back").click()
    expect(admin.page.locator(".field--bad")).to_have_count(1)  # nobody agreed that the invoice is open again
    admin.look("refund-refused")
    admin.page.get_by_label("Open these invoices again").check()
    admin.button("Give it back").click()
    expect(admin.page.locator("#refunds")).to_contain_text("Two cans came back")
    admin.look("refunded")

    mail = stack.mail(owes.email, subject=f"$40.00 of payment {number}")
    assert "Two cans came back" in mail["text"]
    me.page.reload()
    expect(me.main()).to_contain_text("Given back")
    me.look("receipt-with-refund")
    me.go("Invoices")
    expect(me.page.locator("tbody tr").filter(has_text=owes.invoices[0])).to_contain_text("$40.00")


def test_out_of_credit_and_out_of_it_again(visitor: Visitor, payer: PayerMade) -> None:
    """Credit does not reach: an invoice is paid on the spot, and the same draft is placed."""
    owes = payer([400_00], limit=500_00)
    me = visitor(owes.email)
    me.go("Draft")
    me.page.get_by_label("SKU or your part number", exact=True).fill("INT-300-EG-W-01")
    me.page.get_by_label("Quantity", exact=True).fill("8")
    me.button("Add").click()
    expect(ordering.lines(me)).to_have_count(1)
    ordering.choose_pickup(me)
    ordering.decide_about_missing_stock(me)
    me.page.get_by_label("PO number").fill("CREDIT-1")
    ordering.review(me)
    me.heading("Ways to order it").wait_for()
    me.look("ways-to-order-it")
    me.button("Place order").click()
    expect(me.page.locator(".refusal")).to_contain_text("Nothing was ordered and nothing is lost")
    me.look("refused-for-credit")
    me.button("Pay what is ticked").click()
    me.heading(f"Pay {owes.invoices[0]}").wait_for()
    checkout.go_to_payment(me)
    checkout.fill_in_card(me, checkout.GOOD)
    checkout.press_pay(me)
    checkout.back_at_the_portal(me)
    expect(me.main()).to_contain_text("Paid: $400.00")
    me.look("paid-for-the-draft")
    me.page.get_by_role("main").get_by_role(
        "link", name=re.compile("order|draft", re.IGNORECASE)
    ).first.click()
    me.heading("Review and place").wait_for()
    ordering.place(me)


def test_autopay(visitor: Visitor, payer: PayerMade, stack: Stack) -> None:
    """A card is saved, the words are agreed to, and the next run pays by itself."""
    owes = payer([75_00], terms_days=0)
    me = visitor(owes.email)
    me.go("Invoices")
    me.link("Ways to pay").click()
    me.heading("Nothing is saved yet").wait_for()
    me.look("nothing-saved")
    me.button("Add a card or bank account").click()
    checkout.fill_in_card(me, checkout.GOOD)
    me.look_outside("save-a-card")
    checkout.press_pay(me)
    checkout.back_at_the_portal(me)
    expect(me.main()).to_contain_text("It is kept for later payments")
    me.look("saved")
    me.go("Invoices")
    me.link("Ways to pay").click()
    expect(me.main()).to_contain_text("Visa ending 4242")
    me.look("ways-to-pay")
    me.main().get_by_role("link", name=re.compile("^Autopay")).click()
    me.look("autopay-rule")
    me.button("Show what I agree to").click()
    me.heading("Please read and agree").wait_for()
    me.look("autopay-mandate")
    me.page.get_by_label("I agree to this for my company").check()
    me.button("Turn autopay on").click()
    expect(me.main()).to_contain_text(owes.invoices[0])
    me.look("autopay-on")
    autopay_day(stack.database_url, owes)
    stack.mail(owes.email, subject="received: $75.00")
    me.go("Invoices")
    expect(me.main()).to_contain_text("Nothing to pay")
    me.link("Payments").click()
    expect(me.main()).to_contain_text("$75.00")
    me.look("payments")


def test_a_pay_link(visitor: Visitor, payer: PayerMade, stack: Stack) -> None:
    """Somebody without an account pays one invoice; afterwards the link has nothing left to pay."""
    owes = payer([64_20])
    number = owes.invoices[0]
    me = visitor(owes.email)
    me.go("Invoices")
    me.link(number).click()
    me.heading(f"Invoice {number}").wait_for()
    me.look("invoice")
    me.link(re.compile("by a link")).click()
    me.page.get_by_label("Send it to").fill(f"bookkeeper.{me.size.name}@payer.example")
    me.look("make-a-link")
    me.button("Make the link").click()
    address = me.page.get_by_label("The link").input_value()
    me.look("link-made")

    mail = stack.mail(f"bookkeeper.{me.size.name}@payer.example", subject="$64.20 to pay")
    assert address in mail["text"]
    stranger = visitor()
    stranger.page.goto(address)
    expect(stranger.heading(f"Invoice {number}")).to_be_visible()
    expect(stranger.page.locator("body")).not_to_contain_text(owes.company)
    stranger.look("pay-link")
    checkout.go_to_payment(stranger)
    checkout.fill_in_card(stranger, checkout.GOOD)
    checkout.press_pay(stranger)
    checkout.back_at_the_portal(stranger)
    expect(stranger.page.locator("body")).to_contain_text("Your payment of $64.20 has arrived")
    stranger.look("paid-by-link")
    stranger.page.goto(address)
    expect(stranger.page.locator("body")).to_contain_text("Paid. Thank you.")
    assert stranger.button("Go to payment").count() == 0
    me.go("Invoices")
    expect(me.main()).to_contain_text("Nothing to pay")
