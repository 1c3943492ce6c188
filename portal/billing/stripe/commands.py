"""What the portal asks Stripe to make, as the parameters of each request. Pure.

Every command has an idempotency ``key``: sent again with the same parameters, Stripe's answer is the same object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.billing.stripe.amounts import to_stripe
from portal.billing.stripe.emails import is_plain

# Stripe's parameters are JSON objects of many shapes; answers.py and the SDK's own checks are their types.
Params = dict[str, object]

INTENT_PARTS = ("latest_charge.balance_transaction", "payment_method")
SESSION_PARTS = (*(f"payment_intent.{part}" for part in INTENT_PARTS), "setup_intent.payment_method")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCheckout:
    """A page on which the lines (name, minor units) are paid.

    :param back: where the payer is sent afterwards, whatever came of it.
    :param email: the payer's, so that the page need not ask for it; a customer already has one.
    """

    key: str
    reference: str
    lines: Sequence[tuple[str, int]]
    currency: str
    expires_at: datetime
    back: str
    metadata: Mapping[str, str]
    methods: Sequence[str] = ()
    customer: str | None = None
    email: str = ""
    save_method: bool = False
    description: str = ""

    @property
    def params(self) -> Params:
        """As Stripe takes them."""
        params: Params = {
            "mode": "payment",
            "client_reference_id": self.reference,
            "metadata": dict(self.metadata),
            "line_items": [_line(name, minor, self.currency) for name, minor in self.lines],
            "expires_at": int(self.expires_at.timestamp()),
            "success_url": self.back,
            "cancel_url": self.back,
            "payment_intent_data": self._intent,
        }
        return {**params, **_methods(self.methods), **self._payer}

    @property
    def _intent(self) -> Params:
        intent: Params = {"metadata": dict(self.metadata), "description": self.description or self.reference}
        return {**intent, "setup_future_usage": "off_session"} if self.save_method else intent

    @property
    def _payer(self) -> Params:
        if self.customer:
            return {"customer": self.customer}
        return {"customer_email": self.email} if is_plain(self.email) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSetup:
    """A page on which a card or bank account is saved for later; nothing is charged."""

    key: str
    reference: str
    customer: str
    currency: str
    back: str
    metadata: Mapping[str, str]
    methods: Sequence[str] = ()

    @property
    def params(self) -> Params:
        """As Stripe takes them."""
        params: Params = {
            "mode": "setup",
            "client_reference_id": self.reference,
            "customer": self.customer,
            "currency": self.currency.lower(),
            "metadata": dict(self.metadata),
            "setup_intent_data": {"metadata": dict(self.metadata)},
            "success_url": self.back,
            "cancel_url": self.back,
        }
        return {**params, **_methods(self.methods)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCharge:
    """A charge of a saved method, without its owner being there."""

    key: str
    amount_minor: int
    currency: str
    customer: str
    method: str
    kind: str
    metadata: Mapping[str, str]
    description: str = ""

    @property
    def params(self) -> Params:
        """As Stripe takes them.

        :raises ValueError: if the amount cannot be charged exactly.
        """
        return {
            "amount": to_stripe(self.amount_minor, self.currency),
            "currency": self.currency.lower(),
            "customer": self.customer,
            "payment_method": self.method,
            "payment_method_types": [self.kind],
            "confirm": True,
            "off_session": True,
            "metadata": dict(self.metadata),
            "description": self.description,
            "expand": list(INTENT_PARTS),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer at Stripe."""

    key: str
    name: str
    metadata: Mapping[str, str]
    email: str = ""

    @property
    def params(self) -> Params:
        """As Stripe takes them."""
        params: Params = {"name": self.name, "metadata": dict(self.metadata)}
        return {**params, "email": self.email} if is_plain(self.email) else params


def _methods(kinds: Sequence[str]) -> Params:
    return {"payment_method_types": list(kinds)} if kinds else {}


def _line(name: str, minor: int, currency: str) -> Params:
    price = {
        "currency": currency.lower(),
        "unit_amount": to_stripe(minor, currency),
        "product_data": {"name": name},
    }
    return {"quantity": 1, "price_data": price}
