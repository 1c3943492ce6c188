"""The requests that the portal sends to Stripe. How they are sent, and what no answer means, is in
portal/billing/stripe/api.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from portal.billing.stripe import answers, objects
from portal.billing.stripe.amounts import to_stripe
from portal.billing.stripe.commands import (
    INTENT_PARTS,
    SESSION_PARTS,
    NewCharge,
    NewCheckout,
    NewCustomer,
    NewSetup,
)
from portal.billing.stripe.lists import Lists, created_within

T = TypeVar("T")


class Requests(Lists):
    """One method per request. Every method may raise StripeUnknown, and those that change something StripeRefused."""

    def _create(
        self,
        service: Any,
        command: NewCheckout | NewSetup | NewCharge | NewCustomer,
        parse: Callable[[Any], T],
    ) -> T:
        params, options = command.params, {"idempotency_key": command.key}
        return self._ask(lambda: service.create(params, options), parse)

    # --- Checkout ---------------------------------------------------------------------------------------------

    def create_checkout(self, command: NewCheckout) -> objects.Session:
        """Open a page on which something is paid.

        :raises ValueError: if an amount cannot be charged exactly.
        """
        return self._create(self._v1.checkout.sessions, command, answers.session_of)

    def create_setup_checkout(self, command: NewSetup) -> objects.Session:
        """Open a page on which a card or bank account is saved for later; nothing is charged."""
        return self._create(self._v1.checkout.sessions, command, answers.session_of)

    def retrieve_session(self, session_id: str) -> objects.Session:
        """A Checkout Session as it stands, with its payment intent, charge, fee and method."""
        params = {"expand": list(SESSION_PARTS)}
        retrieve = self._v1.checkout.sessions.retrieve
        return self._ask(lambda: retrieve(session_id, params), answers.session_of)

    def expire_session(self, session_id: str) -> objects.Session:
        """Close an open page, so that nothing can be paid there from now on.

        :raises StripeRefused: if it is no longer open.
        """
        return self._ask(lambda: self._v1.checkout.sessions.expire(session_id), answers.session_of)

    def find_session(self, reference: str, since: datetime, until: datetime) -> objects.Session | None:
        """The session of an attempt, among all that were created in a span of time."""
        for raw in self._all(self._v1.checkout.sessions.list, created_within(since, until)):
            if raw.get("client_reference_id") == reference:
                return self.retrieve_session(str(raw["id"]))
        return None

    # --- Payment intents ----------------------------------------------------------------------------------------

    def create_intent_off_session(self, command: NewCharge) -> objects.Intent:
        """Charge a saved method now.

        :raises StripeRefused: if it is declined; the code ``authentication_required`` asks for its owner.
        :raises ValueError: if the amount cannot be charged exactly.
        """
        return self._create(self._v1.payment_intents, command, answers.intent_of)

    def retrieve_intent(self, intent_id: str) -> objects.Intent:
        """A payment intent as it stands, with its newest charge, fee and method."""
        params = {"expand": list(INTENT_PARTS)}
        return self._ask(lambda: self._v1.payment_intents.retrieve(intent_id, params), answers.intent_of)

    def find_intent(self, token: str, since: datetime, until: datetime) -> objects.Intent | None:
        """The payment intent whose metadata names an attempt, among all that were created in a span of time."""
        for raw in self._all(self._v1.payment_intents.list, created_within(since, until)):
            if (raw.get("metadata") or {}).get("attempt") == token:
                return self.retrieve_intent(str(raw["id"]))
        return None

    # --- Customers and saved methods ----------------------------------------------------------------------------

    def create_customer(self, command: NewCustomer) -> str:
        """A customer at Stripe, once per key; its id."""
        return self._create(self._v1.customers, command, lambda raw: str(raw["id"]))

    def detach_method(self, method_id: str) -> objects.Method:
        """Detach a saved method, for good.

        :raises StripeRefused: if it was detached before.
        """
        return self._ask(lambda: self._v1.payment_methods.detach(method_id), answers.method_of)

    # --- Refunds and chargebacks -----------------------------------------------------------------------------------

    def refund(
        self, *, key: str, charge: str, amount_minor: int, currency: str, metadata: Mapping[str, str]
    ) -> objects.Refunded:
        """Refund a charge, in part or in full.

        :raises StripeRefused: if less than that is left of the charge.
        :raises ValueError: if the amount cannot be refunded exactly.
        """
        amount = to_stripe(amount_minor, currency)
        params = {"charge": charge, "amount": amount, "metadata": dict(metadata)}
        create = self._v1.refunds.create
        return self._ask(lambda: create(params, {"idempotency_key": key}), answers.refund_of)

    def retrieve_refund(self, refund_id: str) -> objects.Refunded:
        """A refund as it stands."""
        return self._ask(lambda: self._v1.refunds.retrieve(refund_id), answers.refund_of)

    def retrieve_charge(self, charge_id: str) -> objects.Charge:
        """A charge as it stands, with its fee."""
        params = {"expand": ["balance_transaction"]}
        return self._ask(lambda: self._v1.charges.retrieve(charge_id, params), answers.charge_of)

    def retrieve_chargeback(self, dispute_id: str) -> objects.Chargeback:
        """A chargeback as it stands, with its movements."""
        return self._ask(lambda: self._v1.disputes.retrieve(dispute_id), answers.chargeback_of)
