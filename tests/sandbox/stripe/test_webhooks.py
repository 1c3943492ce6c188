"""Webhooks: signed, repeated until taken, and the faults that come with them."""

from __future__ import annotations

from itertools import pairwise

import pytest
import stripe

from tests.sandbox.stripe.standing import SECRET, Receiver, Sandbox, until


def customers(client: stripe.StripeClient, count: int) -> list[str]:
    return [client.v1.customers.create({"name": f"Customer {n}"}).id for n in range(count)]


def names(receiver: Receiver) -> list[str]:
    return [event.data.object.name for event in receiver.events]


def test_an_event_tells_who_asked(client: stripe.StripeClient, receiver: Receiver) -> None:
    made = client.v1.customers.create({"name": "A"}, {"idempotency_key": "key-of-a"})
    event = receiver.wait_for("customer.created")
    assert event.data.object.id == made.id
    assert event.request.idempotency_key == "key-of-a"
    assert event.request.id == made.last_response.request_id
    assert (event.livemode, event.pending_webhooks) == (False, 1)
    stored = until(lambda: (e := client.v1.events.retrieve(event.id)).pending_webhooks == 0 and e)
    assert stored.data.object.id == made.id


def test_the_signature_holds_for_these_bytes_only(client: stripe.StripeClient, receiver: Receiver) -> None:
    customers(client, 1)
    receiver.wait_for("customer.created")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(receiver.bodies[0] + b" ", "t=1,v1=00", SECRET)


def test_it_tries_again_until_it_is_taken(
    client: stripe.StripeClient, receiver: Receiver, sandbox: Sandbox
) -> None:
    receiver.refuse = 3
    customers(client, 1)
    receiver.wait_for("customer.created")
    [delivery] = until(lambda: sandbox.deliveries(state="delivered"))
    assert [answer["status"] for answer in delivery["answers"]] == [500, 500, 500, 200]
    moments = [answer["at"] for answer in delivery["answers"]]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    # Twice as long each time; a busy machine only makes them longer. Moments are noted in thousandths.
    for pause, least in zip(pauses, (0.05, 0.1, 0.2), strict=True):
        assert pause >= least - 0.002, pauses


def test_duplicates(client: stripe.StripeClient, receiver: Receiver, sandbox: Sandbox) -> None:
    sandbox.fault("webhook_duplicate", copies=20, match="customer.created")
    customers(client, 2)
    receiver.wait_for("customer.created", 21)
    assert len({event.id for event in receiver.events}) == 2


def test_the_order_is_turned_round(client: stripe.StripeClient, receiver: Receiver, sandbox: Sandbox) -> None:
    sandbox.fault("webhook_reorder", times=3, seconds=600)
    customers(client, 3)
    receiver.wait_for("customer.created", 3)
    assert names(receiver) == ["Customer 2", "Customer 1", "Customer 0"]


def test_a_delay(client: stripe.StripeClient, receiver: Receiver, sandbox: Sandbox) -> None:
    sandbox.fault("webhook_delay", seconds=600)
    customers(client, 2)
    receiver.wait_for("customer.created")
    assert names(receiver) == ["Customer 1"]
    sandbox.control("advance", seconds=600)
    receiver.wait_for("customer.created", 2)


def test_never(client: stripe.StripeClient, receiver: Receiver, sandbox: Sandbox) -> None:
    sandbox.fault("webhook_drop", match="customer.*")
    customers(client, 2)
    receiver.wait_for("customer.created")
    assert names(receiver) == ["Customer 1"]
    assert [event.data.object.name for event in client.v1.events.list().data] == ["Customer 1", "Customer 0"]
    [dropped] = sandbox.deliveries(state="dropped")
    sandbox.control(f"deliveries/{dropped['id']}/again")
    receiver.wait_for("customer.created", 2)


def test_an_endpoint_of_ones_own(client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver) -> None:
    other = Receiver()
    made = client.v1.webhook_endpoints.create(
        {"url": other.url, "enabled_events": ["payment_intent.created"]}
    )
    other.take = lambda body, signature: (
        other.bodies.append(  # type: ignore[method-assign]
            stripe.Webhook.construct_event(body, signature, made.secret).type
        )
        or 200
    )
    customers(client, 1)
    client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    until(lambda: other.bodies)
    assert other.bodies == ["payment_intent.created"]
    client.v1.webhook_endpoints.delete(made.id)
    assert [endpoint.url for endpoint in client.v1.webhook_endpoints.list().data] == [receiver.url]
    other.close()


def test_events_by_type(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    customers(client, 3)
    client.v1.payment_intents.create(
        {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    some = client.v1.events.list({"types": ["charge.succeeded", "payment_intent.succeeded"]}).data
    assert [event.type for event in some] == ["payment_intent.succeeded", "charge.succeeded"]
    assert len(client.v1.events.list({"type": "customer.*", "limit": 2}).data) == 2
