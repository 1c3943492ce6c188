"""The path of a payment, from the first transaction to the books."""

from __future__ import annotations

from tests.paying import Till


def test_three_invoices_by_card(till: Till) -> None:
    bills = [till.invoice(net) for net in (12_500, 3_333, 70_001)]
    attempt = till.start(*bills)
    assert attempt.amount_minor == 85_834
    till.by_card(till.open(attempt))
    assert till.sync(attempt).state == "succeeded"
    assert till.opens(*bills) == [0, 0, 0]
    (payment,) = till.payments()
    assert payment.method_words == "Visa ending 4242"
    assert payment.fee_minor == 2_489 + 30
    assert payment.unapplied_minor == 0
    till.check_books()
