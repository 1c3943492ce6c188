"""Amounts of a million digits."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.page import PageClient
from tests.paying import Till

ENDLESS = ("9" * 1_200_000, "1" + ",111" * 300_000, "." + "1" * 1_200_000, "0" * 1_200_000 + "1")


@pytest.mark.parametrize("amount", ENDLESS, ids=["nines", "groups", "decimals", "zeros"])
def test_an_endless_amount_is_none(paying_app: Flask, till: Till, amount: str) -> None:
    """Seen failing: a server error from the first two, for a customer's dispute and a clerk's payment alike."""
    invoice = till.invoice(5_000)
    payer, clerk = PageClient(paying_app), PageClient(paying_app)
    payer.sign_in(till.user.email)
    clerk.sign_in(till.build.user(kind="admin").email)
    payer.post(
        f"/invoices/{invoice.number}/disputes", {"amount": amount, "reason": "price", "note": ""}, status=422
    )
    assert "Enter an amount like 1,234.50." in payer.text
    form = {"key": "k" * 30, "kind": "transfer", "amount": amount, "reference": "1", "rest": "y"}
    clerk.post(f"/customers/{till.company.code}/payments", form, status=422)
    assert "Enter an amount like 1,234.50." in clerk.text
