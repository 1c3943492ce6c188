"""What the portal knows of Stripe's objects: small, frozen, in the portal's own terms.

Amounts are the portal's minor units (portal/billing/stripe_amounts.py), currencies in upper case, times in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from portal.billing.stripe_amounts import from_stripe

Raw = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction: what a charge, refund or dispute did to our balance, and what Stripe kept of it."""

    id: str
    kind: str  # as Stripe types it: charge, payment, refund, payment_refund, refund_failure, adjustment …
    amount_minor: int  # below zero when money leaves
    fee_minor: int
    currency: str
    source: str  # ch_…, re_…, du_…
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Method:
    """A card or bank account."""

    id: str
    kind: str  # card, us_bank_account
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    customer: str | None

    @property
    def words(self) -> str:
        """For people: "Visa ending 4242"."""
        return f"{self.brand} ending {self.last4}"


@dataclass(frozen=True, slots=True)
class Charge:
    """One try to take the money."""

    id: str
    status: str  # succeeded, pending, failed
    amount_minor: int
    refunded_minor: int
    currency: str
    livemode: bool
    intent: str | None
    created_at: datetime
    movement: Movement | None = None
    failure_code: str = ""
    failure_words: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment intent with its newest charge."""

    id: str
    status: str
    amount_minor: int
    received_minor: int
    currency: str
    livemode: bool
    customer: str | None
    metadata: Mapping[str, str]
    created_at: datetime
    charge: Charge | None = None
    method: Method | None = None
    failure_code: str = ""
    failure_words: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A Checkout Session, in the modes payment and setup."""

    id: str
    mode: str
    status: str  # open, complete, expired
    url: str
    reference: str  # our attempt's token
    amount_minor: int | None
    currency: str
    livemode: bool
    customer: str | None
    metadata: Mapping[str, str]
    expires_at: datetime
    intent: Intent | None = None
    intent_id: str | None = None
    setup_status: str = ""  # of its setup intent
    setup_failure: str = ""
    method: Method | None = None  # saved by mode setup


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund."""

    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount_minor: int
    currency: str
    charge: str | None
    intent: str | None
    created_at: datetime
    metadata: Mapping[str, str]
    failure_reason: str = ""


@dataclass(frozen=True, slots=True)
class Disputed:
    """A chargeback, with the movements that took the money away or brought it back."""

    id: str
    status: str  # needs_response, under_review, won, lost, warning_…
    reason: str
    amount_minor: int
    currency: str
    charge: str
    intent: str | None
    created_at: datetime
    livemode: bool
    movements: tuple[Movement, ...] = ()

    @property
    def fee_minor(self) -> int:
        """What Stripe keeps for handling it."""
        return sum(movement.fee_minor for movement in self.movements)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that came with a good signature: which object to ask Stripe about. Nothing else of it is used."""

    id: str
    kind: str
    object_id: str
    livemode: bool


def session_of(raw: Raw) -> Session:
    intent, setup = raw.get("payment_intent"), raw.get("setup_intent")
    currency = _currency(raw.get("currency"))
    failure = _inner(setup, "last_setup_error") or {}
    method = _inner(setup, "payment_method")
    return Session(
        id=str(raw["id"]),
        mode=str(raw["mode"]),
        status=str(raw["status"]),
        url=str(raw.get("url") or ""),
        reference=str(raw.get("client_reference_id") or ""),
        amount_minor=None
        if raw.get("amount_total") is None
        else from_stripe(int(raw["amount_total"]), currency),
        currency=currency,
        livemode=_flag(raw["livemode"]),
        customer=id_of(raw.get("customer")),
        metadata=_metadata(raw),
        expires_at=moment_of(raw["expires_at"]),
        intent=_read(intent_of, intent),
        intent_id=id_of(intent),
        setup_status=str(_inner(setup, "status") or ""),
        setup_failure=str(failure.get("message") or ""),
        method=_read(method_of, method),
    )


def intent_of(raw: Raw) -> Intent:
    error = raw.get("last_payment_error") or {}
    currency = _currency(raw["currency"])
    return Intent(
        id=str(raw["id"]),
        status=str(raw["status"]),
        amount_minor=from_stripe(int(raw["amount"]), currency),
        received_minor=from_stripe(int(raw.get("amount_received") or 0), currency),
        currency=currency,
        livemode=_flag(raw["livemode"]),
        customer=id_of(raw.get("customer")),
        metadata=_metadata(raw),
        created_at=moment_of(raw["created"]),
        charge=_read(charge_of, raw.get("latest_charge")),
        method=_read(method_of, raw.get("payment_method")),
        failure_code=str(error.get("decline_code") or error.get("code") or ""),
        failure_words=str(error.get("message") or ""),
    )


def charge_of(raw: Raw) -> Charge:
    currency = _currency(raw["currency"])
    return Charge(
        id=str(raw["id"]),
        status=str(raw["status"]),
        amount_minor=from_stripe(int(raw["amount"]), currency),
        refunded_minor=from_stripe(int(raw.get("amount_refunded") or 0), currency),
        currency=currency,
        livemode=_flag(raw["livemode"]),
        intent=id_of(raw.get("payment_intent")),
        created_at=moment_of(raw["created"]),
        movement=_read(movement_of, raw.get("balance_transaction")),
        failure_code=str(raw.get("failure_code") or ""),
        failure_words=str(raw.get("failure_message") or ""),
        metadata=_metadata(raw),
    )


def movement_of(raw: Raw) -> Movement:
    currency = _currency(raw["currency"])
    return Movement(
        id=str(raw["id"]),
        kind=str(raw["type"]),
        amount_minor=from_stripe(int(raw["amount"]), currency),
        fee_minor=from_stripe(int(raw["fee"]), currency),
        currency=currency,
        source=id_of(raw.get("source")) or "",
        created_at=moment_of(raw["created"]),
    )


def method_of(raw: Raw) -> Method:
    kind = str(raw["type"])
    details = raw.get(kind) or {}
    brand = details.get("bank_name") if kind == "us_bank_account" else details.get("brand")
    return Method(
        id=str(raw["id"]),
        kind=kind,
        brand=_brand(str(brand or kind)),
        last4=str(details.get("last4") or "")[-4:],
        exp_month=details.get("exp_month"),
        exp_year=details.get("exp_year"),
        customer=id_of(raw.get("customer")),
    )


def refund_of(raw: Raw) -> Refunded:
    currency = _currency(raw["currency"])
    return Refunded(
        id=str(raw["id"]),
        status=str(raw["status"]),
        amount_minor=from_stripe(int(raw["amount"]), currency),
        currency=currency,
        charge=id_of(raw.get("charge")),
        intent=id_of(raw.get("payment_intent")),
        created_at=moment_of(raw["created"]),
        metadata=_metadata(raw),
        failure_reason=str(raw.get("failure_reason") or ""),
    )


def dispute_of(raw: Raw) -> Disputed:
    currency = _currency(raw["currency"])
    return Disputed(
        id=str(raw["id"]),
        status=str(raw["status"]),
        reason=str(raw.get("reason") or ""),
        amount_minor=from_stripe(int(raw["amount"]), currency),
        currency=currency,
        charge=id_of(raw["charge"]) or "",
        intent=id_of(raw.get("payment_intent")),
        created_at=moment_of(raw["created"]),
        livemode=_flag(raw["livemode"]),
        movements=tuple(movement_of(each) for each in raw.get("balance_transactions") or ()),
    )


def moment_of(seconds: Any) -> datetime:
    """Stripe's seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(int(seconds), UTC)


def id_of(thing: Any) -> str | None:
    """The id of a link, whether it was expanded or not."""
    if thing is None or isinstance(thing, str):
        return thing
    return str(thing["id"])


def _read(parse: Callable[[Raw], T], thing: Any) -> T | None:
    """The object behind an expanded link; None where there is none, or only its id."""
    return parse(thing) if isinstance(thing, Mapping) else None


def _inner(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else None


def _metadata(raw: Raw) -> dict[str, str]:
    return {str(k): str(v) for k, v in (raw.get("metadata") or {}).items()}


def _currency(code: Any) -> str:
    return str(code or "").upper()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _brand(code: str) -> str:
    known = {
        "amex": "American Express",
        "mastercard": "Mastercard",
        "visa": "Visa",
        "us_bank_account": "Bank",
    }
    return known.get(code, code if code[:1].isupper() else code.replace("_", " ").title())
