"""The requests to Stripe that the portal makes, each with its parameters. How they are sent, and what no answer means,
is in portal/billing/stripe/api.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from portal.billing.stripe import answers as reading
from portal.billing.stripe import objects
from portal.billing.stripe.amounts import to_stripe

T = TypeVar("T")

INTENT_PARTS = ("latest_charge.balance_transaction", "payment_method")
SESSION_PARTS = (*(f"payment_intent.{part}" for part in INTENT_PARTS), "setup_intent.payment_method")
PAGE_SIZE = 100
PLAIN_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
MOST_EMAIL = 254


class Requests:
    """One method per request. Every method may raise StripeUnknown, and those that change something StripeRefused."""

    _v1: Any  # the SDK's services

    def _ask(self, request: Callable[[], Any], parse: Callable[[Any], T]) -> T:
        raise NotImplementedError

    def _all(self, request: Callable[..., Any], params: Mapping[str, Any]) -> Iterator[Any]:
        raise NotImplementedError

    # --- Checkout ---------------------------------------------------------------------------------------------

    def create_checkout(
        self,
        *,
        key: str,
        reference: str,
        lines: Sequence[tuple[str, int]],
        currency: str,
        expires_at: datetime,
        success_url: str,
        cancel_url: str,
        metadata: Mapping[str, str],
        methods: Sequence[str] = (),
        customer: str | None = None,
        email: str = "",
        save_method: bool = False,
        description: str = "",
    ) -> objects.Session:
        """Open a page on which the lines (name, minor units) are paid.

        :param email: the payer's, so that the page need not ask for it; a customer brings one of their own.
        :param key: the attempt's idempotency key: asked again with the same parameters, the answer is the same page.
        """
        intent: dict[str, Any] = {"metadata": dict(metadata), "description": description or reference}
        if save_method:
            intent["setup_future_usage"] = "off_session"
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": reference,
            "metadata": dict(metadata),
            "line_items": [_line(name, minor, currency) for name, minor in lines],
            "expires_at": int(expires_at.timestamp()),
            "success_url": success_url,
            "cancel_url": cancel_url,
            "payment_intent_data": intent,
        }
        if methods:
            params["payment_method_types"] = list(methods)
        if customer:
            params["customer"] = customer
        elif _is_plain(email):
            params["customer_email"] = email
        create = self._v1.checkout.sessions.create
        return self._ask(lambda: create(params, {"idempotency_key": key}), reading.session_of)

    def create_setup_checkout(
        self,
        *,
        key: str,
        reference: str,
        customer: str,
        currency: str,
        success_url: str,
        cancel_url: str,
        metadata: Mapping[str, str],
        methods: Sequence[str] = (),
    ) -> objects.Session:
        """Open a page on which a card or bank account is saved for later; nothing is charged."""
        params: dict[str, Any] = {
            "mode": "setup",
            "client_reference_id": reference,
            "customer": customer,
            "currency": currency.lower(),
            "metadata": dict(metadata),
            "setup_intent_data": {"metadata": dict(metadata)},
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        if methods:
            params["payment_method_types"] = list(methods)
        create = self._v1.checkout.sessions.create
        return self._ask(lambda: create(params, {"idempotency_key": key}), reading.session_of)

    def retrieve_session(self, session_id: str) -> objects.Session:
        """A Checkout Session as it stands, with its payment intent, charge, fee and method."""
        params = {"expand": list(SESSION_PARTS)}
        retrieve = self._v1.checkout.sessions.retrieve
        return self._ask(lambda: retrieve(session_id, params), reading.session_of)

    def expire_session(self, session_id: str) -> objects.Session:
        """Close an open page, so that nothing can be paid there any more.

        :raises StripeRefused: when it is no longer open.
        """
        return self._ask(lambda: self._v1.checkout.sessions.expire(session_id), reading.session_of)

    def find_session(self, reference: str, since: datetime, until: datetime) -> objects.Session | None:
        """The session of an attempt, looked for among all that were created in a span of time."""
        for raw in self._all(self._v1.checkout.sessions.list, _created(since, until)):
            if raw.get("client_reference_id") == reference:
                return self.retrieve_session(str(raw["id"]))
        return None

    # --- Payment intents ----------------------------------------------------------------------------------------

    def create_intent_off_session(
        self,
        *,
        key: str,
        amount_minor: int,
        currency: str,
        customer: str,
        method: str,
        kind: str,
        metadata: Mapping[str, str],
        description: str = "",
    ) -> objects.Intent:
        """Charge a saved method now, without its owner being there.

        :raises StripeRefused: when it is declined; the code ``authentication_required`` wants its owner.
        """
        params = {
            "amount": to_stripe(amount_minor, currency),
            "currency": currency.lower(),
            "customer": customer,
            "payment_method": method,
            "payment_method_types": [kind],
            "confirm": True,
            "off_session": True,
            "metadata": dict(metadata),
            "description": description,
            "expand": list(INTENT_PARTS),
        }
        create = self._v1.payment_intents.create
        return self._ask(lambda: create(params, {"idempotency_key": key}), reading.intent_of)

    def retrieve_intent(self, intent_id: str) -> objects.Intent:
        """A payment intent as it stands, with its newest charge, fee and method."""
        params = {"expand": list(INTENT_PARTS)}
        return self._ask(lambda: self._v1.payment_intents.retrieve(intent_id, params), reading.intent_of)

    def find_intent(self, token: str, since: datetime, until: datetime) -> objects.Intent | None:
        """The payment intent whose metadata names an attempt, among all that were created in a span of time."""
        for raw in self._all(self._v1.payment_intents.list, _created(since, until)):
            if (raw.get("metadata") or {}).get("attempt") == token:
                return self.retrieve_intent(str(raw["id"]))
        return None

    # --- Customers and saved methods ----------------------------------------------------------------------------

    def create_customer(self, *, key: str, name: str, metadata: Mapping[str, str], email: str = "") -> str:
        """A customer at Stripe, once per key; its id."""
        params: dict[str, Any] = {"name": name, "metadata": dict(metadata)}
        if _is_plain(email):
            params["email"] = email
        create = self._v1.customers.create
        return self._ask(lambda: create(params, {"idempotency_key": key}), lambda raw: str(raw["id"]))

    def detach_method(self, method_id: str) -> objects.Method:
        """Forget a saved method, for good.

        :raises StripeRefused: when it was forgotten before.
        """
        return self._ask(lambda: self._v1.payment_methods.detach(method_id), reading.method_of)

    # --- Money that goes back -----------------------------------------------------------------------------------

    def refund(
        self, *, key: str, charge: str, amount_minor: int, currency: str, metadata: Mapping[str, str]
    ) -> objects.Refunded:
        """Give back a part of a charge or all of it.

        :raises StripeRefused: when less than that is left of the charge.
        """
        amount = to_stripe(amount_minor, currency)
        params = {"charge": charge, "amount": amount, "metadata": dict(metadata)}
        create = self._v1.refunds.create
        return self._ask(lambda: create(params, {"idempotency_key": key}), reading.refund_of)

    def retrieve_refund(self, refund_id: str) -> objects.Refunded:
        """A refund as it stands."""
        return self._ask(lambda: self._v1.refunds.retrieve(refund_id), reading.refund_of)

    def retrieve_charge(self, charge_id: str) -> objects.Charge:
        """A charge as it stands, with its fee."""
        params = {"expand": ["balance_transaction"]}
        return self._ask(lambda: self._v1.charges.retrieve(charge_id, params), reading.charge_of)

    def retrieve_dispute(self, dispute_id: str) -> objects.Disputed:
        """A chargeback as it stands, with its movements."""
        return self._ask(lambda: self._v1.disputes.retrieve(dispute_id), reading.dispute_of)

    # --- Lists, newest first, for reconciling -------------------------------------------------------------------

    def list_charges(self, since: datetime, until: datetime) -> Iterator[objects.Charge]:
        """All charges created in a span of time."""
        return self._read(self._v1.charges.list, since, until, reading.charge_of)

    def list_refunds(self, since: datetime, until: datetime) -> Iterator[objects.Refunded]:
        """All refunds created in a span of time."""
        return self._read(self._v1.refunds.list, since, until, reading.refund_of)

    def list_disputes(self, since: datetime, until: datetime) -> Iterator[objects.Disputed]:
        """All chargebacks opened in a span of time."""
        return self._read(self._v1.disputes.list, since, until, reading.dispute_of)

    def list_movements(self, since: datetime, until: datetime) -> Iterator[objects.Movement]:
        """All balance transactions of a span of time."""
        return self._read(self._v1.balance_transactions.list, since, until, reading.movement_of)

    def _read(
        self, request: Callable[..., Any], since: datetime, until: datetime, parse: Callable[[Any], T]
    ) -> Iterator[T]:
        for raw in self._all(request, _created(since, until)):
            yield self._ask(lambda raw=raw: raw, parse)  # type: ignore[misc]


def _is_plain(email: str) -> bool:
    """An address that Stripe takes beyond doubt. It refuses the whole request for one that it does not like; then the
    payer types one on its page instead."""
    return len(email) <= MOST_EMAIL and PLAIN_EMAIL.fullmatch(email) is not None


def _line(name: str, minor: int, currency: str) -> dict[str, Any]:
    price = {
        "currency": currency.lower(),
        "unit_amount": to_stripe(minor, currency),
        "product_data": {"name": name},
    }
    return {"quantity": 1, "price_data": price}


def _created(since: datetime, until: datetime) -> dict[str, Any]:
    span = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
    return {"created": span, "limit": PAGE_SIZE}
