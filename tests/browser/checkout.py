"""Steps of paying that several journeys make: choosing invoices, the payment service's page, the way back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.browser.person import Person

GOOD = "4242424242424242"
DECLINED = "4000000000000002"
THREE_D_SECURE = "4000002760003184"
BANK_THAT_FAILS = "000111111116"


def choose_invoices(person: Person, numbers: Sequence[str]) -> None:
    """Tick them in the list of what is open, and go on."""
    person.go("Invoices")
    for number in numbers:
        person.page.get_by_role("checkbox", name=re.compile(rf"^{number}\b")).check()
    person.button("Pay ticked").click()
    person.heading(re.compile("^Pay ")).wait_for()


def go_to_payment(person: Person, method: str = "Card") -> None:
    """From our page to the payment service's."""
    person.page.get_by_role("radio", name=re.compile(f"^{method}")).check()
    person.button("Go to payment").click()
    person.button(re.compile(r"^Pay [\d,.]+ USD$")).wait_for()


def fill_in_card(person: Person, number: str) -> None:
    """Type a card as its holder does; nothing is sent yet."""
    page = person.page
    _fill_in_email(person)
    page.get_by_role("radio", name="Card", exact=True).check()
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("11 / 39")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Pat Payer")


def fill_in_bank(person: Person, account: str) -> None:
    """Type a bank account; nothing is sent yet."""
    page = person.page
    _fill_in_email(person)
    page.get_by_role("radio", name="Bank debit", exact=True).check()
    page.get_by_label("Routing number").fill("110000000")
    page.get_by_label("Account number").fill(account)
    page.get_by_label("Account holder").fill("Painters LLC")


def _fill_in_email(person: Person) -> None:
    email = person.page.get_by_label("Email", exact=True)
    if email.count():
        email.fill("payer@painters.example")


def press_pay(person: Person) -> None:
    person.button(re.compile(r"^Pay [\d,.]+ USD$|^Save$")).click()


def back_at_the_portal(person: Person) -> None:
    """Wait until our own page says how the payment stands."""
    person.page.wait_for_url(re.compile(re.escape(person.address)))
    person.settle()
