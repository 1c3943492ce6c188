"""Money that goes back: refunds up to the charge, disputes with their fee."""

from __future__ import annotations

import threading

import pytest
import stripe

from tests.sandbox.stripe.standing import Receiver, Sandbox


def paid(
    client: stripe.StripeClient, amount: int = 10_000, test_id: str = "pm_card_visa"
) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(
        {"amount": amount, "currency": "usd", "payment_method": test_id, "confirm": True}
    )


def test_refunds_in_parts_up_to_the_charge(client: stripe.StripeClient, receiver: Receiver) -> None:
    intent = paid(client)
    first = client.v1.refunds.create(
        {"payment_intent": intent.id, "amount": 2_500, "metadata": {"memo": "CM-1"}}
    )
    assert (first.status, first.charge) == ("succeeded", intent.latest_charge)
    with pytest.raises(
        stripe.InvalidRequestError, match=r"greater than unrefunded amount on charge \(75.00 USD\)"
    ):
        client.v1.refunds.create({"charge": intent.latest_charge, "amount": 7_501})
    client.v1.refunds.create({"charge": intent.latest_charge, "reason": "requested_by_customer"})
    charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (10_000, True)
    assert [refund.amount for refund in charge.refunds.data] == [7_500, 2_500]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": intent.latest_charge})
    assert caught.value.code == "charge_already_refunded"
    entries = client.v1.balance_transactions.list({"type": "refund"}).data
    assert [(entry.amount, entry.fee) for entry in entries] == [(-7_500, 0), (-2_500, 0)]
    assert receiver.wait_for("refund.created", 2).data.object.reason == "requested_by_customer"
    receiver.wait_for("charge.refunded", 2)


def test_parallel_refunds_never_exceed_the_charge(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = paid(client)
    refused: list[Exception] = []

    def refund() -> None:
        try:
            sandbox.client().v1.refunds.create({"payment_intent": intent.id, "amount": 3_000})
        except stripe.InvalidRequestError as error:
            refused.append(error)

    crowd = [threading.Thread(target=refund) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(refused) == 5
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 9_000


def test_refunds_that_wait_and_that_fail(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver
) -> None:
    slow = client.v1.refunds.create({"payment_intent": paid(client, test_id="pm_card_pendingRefund").id})
    failing = client.v1.refunds.create({"payment_intent": paid(client, test_id="pm_card_refundFail").id})
    assert (slow.status, failing.status) == ("pending", "succeeded")
    sandbox.control("advance", days=3)
    assert client.v1.refunds.retrieve(slow.id).status == "succeeded"
    failed = receiver.wait_for("refund.failed").data.object
    assert (failed.id, failed.status) == (failing.id, "failed")
    assert client.v1.charges.retrieve(failing.charge).amount_refunded == 0
    assert client.v1.balance_transactions.retrieve(failed.failure_balance_transaction).amount == 10_000


def test_nothing_to_refund(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError, match="either charge or payment_intent"):
        client.v1.refunds.create({})


@pytest.mark.parametrize(("verdict", "net"), [("won", -1_500), ("lost", -11_500)])
def test_a_dispute_takes_the_money_and_a_fee(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, verdict: str, net: int
) -> None:
    intent = paid(client)
    opened = sandbox.control("disputes", charge=intent.latest_charge, reason="duplicate")
    sandbox.control("disputes", expect=400, charge=intent.latest_charge)
    receiver.wait_for("charge.dispute.funds_withdrawn")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_disputed"
    evidence = "winning_evidence" if verdict == "won" else "losing_evidence"
    sent = client.v1.disputes.update(
        opened["id"], {"evidence": {"uncategorized_text": evidence}, "submit": True}
    )
    assert sent.status == "under_review"
    assert receiver.wait_for("charge.dispute.closed").data.object.status == verdict
    dispute = client.v1.disputes.list({"payment_intent": intent.id}).data[0]
    assert sum(entry.net for entry in dispute.balance_transactions) == net
    assert sum(entry.net for entry in client.v1.balance_transactions.list({"source": dispute.id}).data) == net
    assert ("charge.dispute.funds_reinstated" in receiver.types()) == (verdict == "won")


def test_a_dispute_decided_by_hand_or_given_up(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    first = sandbox.control("disputes", charge=paid(client).latest_charge, amount=4_000)
    closed = sandbox.control(f"disputes/{first['id']}/close", verdict="won")
    assert closed["status"] == "won"
    second = sandbox.control("disputes", charge=paid(client).latest_charge)
    assert client.v1.disputes.close(second["id"]).status == "lost"
