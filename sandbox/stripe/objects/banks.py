"""Test bank accounts: what each number does, days after the debit was ordered."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sandbox.stripe.store import Thing
from sandbox.stripe.wire.errors import card_error

ROUTING = "110000000"
SETTLES_AFTER_DAYS = 4


@dataclass(frozen=True)
class Account:
    """How a test account behaves: ``failure`` is Stripe's code for a returned debit."""

    number: str
    label: str
    test_id: str = ""
    failure: str = ""
    message: str = ""
    dispute: bool = False
    settles: bool = True

    @property
    def last4(self) -> str:
        """The digits that may be shown."""
        return self.number[-4:]


ACCOUNTS = (
    Account("000123456789", f"Succeeds after {SETTLES_AFTER_DAYS} days", test_id="pm_usBankAccount_success"),
    Account(
        "000111111116",
        "Fails: no such account",
        test_id="pm_usBankAccount_noAccount",
        failure="no_account",
        message="The bank account could not be located.",
    ),
    Account(
        "000111111113",
        "Fails: account closed",
        test_id="pm_usBankAccount_accountClosed",
        failure="account_closed",
        message="The bank account has been closed.",
    ),
    Account(
        "000222222227",
        "Fails: insufficient funds",
        test_id="pm_usBankAccount_insufficientFunds",
        failure="insufficient_funds",
        message="The bank account has insufficient funds.",
    ),
    Account(
        "000333333335",
        "Fails: debit not authorised",
        test_id="pm_usBankAccount_debitNotAuthorized",
        failure="debit_not_authorized",
        message="The account holder did not authorise the debit.",
    ),
    Account("000555555559", "Succeeds, then disputed", test_id="pm_usBankAccount_dispute", dispute=True),
    Account("000000000009", "Stays in progress", test_id="pm_usBankAccount_processing", settles=False),
)
BY_NUMBER = {account.number: account for account in ACCOUNTS}
BY_TEST_ID = {account.test_id: account for account in ACCOUNTS}


def read(routing: str, number: str) -> Account:
    """The account that a person typed in.

    :raises ApiError: naming the field (``routing``, ``account``) that is wrong.
    """
    if re.sub(r"\D", "", routing) != ROUTING:
        raise card_error(f"Use the test routing number {ROUTING}.", "routing_number_invalid").at("routing")
    account = BY_NUMBER.get(re.sub(r"\D", "", number))
    if account is None:
        raise card_error("Only test account numbers work here.", "account_number_invalid").at("account")
    return account


def details(account: Account) -> Thing:
    """The ``us_bank_account`` part of a payment method."""
    return {
        "account_holder_type": "company",
        "account_type": "checking",
        "bank_name": "TEST BANK",
        "financial_connections_account": None,
        "fingerprint": hashlib.sha256(account.number.encode()).hexdigest()[:16],
        "last4": account.last4,
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": ROUTING,
        "status_details": {},
    }


def charge_details(method: Thing, *, mandate: str | None) -> Thing:
    """The ``payment_method_details`` of a charge."""
    bank = method["us_bank_account"]
    kept = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")
    shown = {**{name: bank[name] for name in kept}, "payment_reference": None}
    if mandate:
        shown["mandate"] = mandate
    return {"type": "us_bank_account", "us_bank_account": shown}
