"""Test cards: what each number does. The numbers are those that Stripe publishes for its test mode."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.stripe.store import Thing
from sandbox.stripe.wire.errors import ApiError, card_error

DECLINED = "Your card was declined."
Reason = tuple[str, str | None, str]
GENERIC: Reason = ("card_declined", "generic_decline", DECLINED)


@dataclass(frozen=True)
class Card:
    """How a test number behaves. ``asks`` for 3-D Secure: never, until it is set up for later use, or always."""

    number: str
    label: str
    brand: str = "visa"
    test_id: str = ""
    decline: Reason | None = None
    setup_works: bool = False
    asks: str = "never"
    dispute: str = ""
    refund: str = "succeeded"

    @property
    def last4(self) -> str:
        """The digits that may be shown."""
        return self.number[-4:]


CARDS = (
    Card("4242424242424242", "Succeeds", test_id="pm_card_visa"),
    Card("5555555555554444", "Succeeds, another brand", brand="mastercard", test_id="pm_card_mastercard"),
    Card("378282246310005", "Succeeds, four-digit security code", brand="amex", test_id="pm_card_amex"),
    Card("4000000000000002", "Declined", test_id="pm_card_visa_chargeDeclined", decline=GENERIC),
    Card(
        "4000000000009995",
        "Insufficient funds",
        test_id="pm_card_visa_chargeDeclinedInsufficientFunds",
        decline=("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    ),
    Card(
        "4000000000009987",
        "Lost card",
        test_id="pm_card_visa_chargeDeclinedLostCard",
        decline=("card_declined", "lost_card", DECLINED),
    ),
    Card(
        "4000000000000069",
        "Expired card",
        test_id="pm_card_chargeDeclinedExpiredCard",
        decline=("expired_card", None, "Your card has expired."),
    ),
    Card(
        "4000000000000127",
        "Wrong security code",
        test_id="pm_card_chargeDeclinedIncorrectCvc",
        decline=("incorrect_cvc", None, "Your card's security code is incorrect."),
    ),
    Card(
        "4000000000000119",
        "Processing error",
        test_id="pm_card_chargeDeclinedProcessingError",
        decline=(
            "processing_error",
            None,
            "An error occurred while processing your card. Try again in a little bit.",
        ),
    ),
    Card(
        "4000002500003155",
        "Asks for 3-D Secure once",
        test_id="pm_card_authenticationRequiredOnSetup",
        asks="once",
    ),
    Card(
        "4000002760003184",
        "Asks for 3-D Secure every time",
        test_id="pm_card_authenticationRequired",
        asks="always",
    ),
    Card(
        "4000008260003178",
        "3-D Secure, then insufficient funds",
        test_id="pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        decline=("card_declined", "insufficient_funds", "Your card has insufficient funds."),
        setup_works=True,
        asks="always",
    ),
    Card(
        "4000000000000341",
        "Can be saved, declined when charged",
        test_id="pm_card_chargeCustomerFail",
        decline=GENERIC,
        setup_works=True,
    ),
    Card(
        "4000000000000259", "Succeeds, then disputed", test_id="pm_card_createDispute", dispute="fraudulent"
    ),
    Card(
        "4000000000002685",
        "Succeeds, then disputed as not received",
        test_id="pm_card_createDisputeProductNotReceived",
        dispute="product_not_received",
    ),
    Card("4000000000007726", "Refunds take a while", test_id="pm_card_pendingRefund", refund="pending"),
    Card("4000000000005126", "Refunds fail later", test_id="pm_card_refundFail", refund="fails"),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_TEST_ID = {card.test_id: card for card in CARDS}


def read(number: str, expiry: str, code: str) -> tuple[Card, int, int]:
    """The card that a person typed in, with month and year.

    :raises ApiError: naming the field (``number``, ``expiry``, ``cvc``) that is wrong.
    """
    digits = re.sub(r"\D", "", number)
    if not 12 <= len(digits) <= 19 or not luhn(digits):
        raise card_error("Your card number is incorrect.", "incorrect_number").at("number")
    card = BY_NUMBER.get(digits)
    if card is None:
        raise card_error(
            "Only test card numbers work here; never type in a real card.",
            "card_declined",
            "test_mode_live_card",
        ).at("number")
    month, year = _expiry(expiry)
    if not re.fullmatch(r"\d{4}" if card.brand == "amex" else r"\d{3}", code.strip()):
        raise card_error("Your card's security code is incomplete.", "incomplete_cvc").at("cvc")
    return card, month, year


def _expiry(text: str) -> tuple[int, int]:
    matched = re.fullmatch(r"\s*(\d{1,2})\s*/?\s*(?:20)?(\d{2})\s*", text)
    if not matched or not 1 <= int(matched[1]) <= 12:
        raise card_error(
            "Write the expiry date as month and year, for example 04 / 30.", "incomplete_expiry"
        ).at("expiry")
    month, year = int(matched[1]), 2000 + int(matched[2])
    today = datetime.now(UTC)
    if (year, month) < (today.year, today.month):
        raise card_error("Your card's expiry date is in the past.", "invalid_expiry_year").at("expiry")
    return month, year


def luhn(digits: str) -> bool:
    """The check digit that every card number ends with."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def details(card: Card, month: int, year: int) -> Thing:
    """The ``card`` part of a payment method."""
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def charge_details(method: Thing, *, authenticated: bool, mandate: str | None) -> Thing:
    """The ``payment_method_details`` of a charge."""
    card = method["card"]
    secure = None
    if authenticated:
        secure = {
            "authentication_flow": "challenge",
            "electronic_commerce_indicator": "05",
            "exemption_indicator": None,
            "result": "authenticated",
            "result_reason": None,
            "transaction_id": None,
            "version": "2.2.0",
        }
    kept = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "wallet",
    )
    return {
        "type": "card",
        "card": {
            **{name: card[name] for name in kept},
            "installments": None,
            "mandate": mandate,
            "network": card["brand"],
            "three_d_secure": secure,
        },
    }


def refusal(card: Card) -> ApiError:
    """The error for a card that declines."""
    assert card.decline is not None
    code, decline_code, message = card.decline
    return card_error(message, code, decline_code)
