"""Turns Stripe's answers, as plain data, into the portal's objects. A missing field or one of another type raises KeyError,
TypeError or ValueError."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from portal.billing.stripe.amounts import from_stripe
from portal.billing.stripe.objects import Charge, Chargeback, Intent, Method, Movement, Refunded, Session

Raw = Mapping[str, Any]
QUESTION = "The bank wants the payer to confirm this payment."
T = TypeVar("T")


def session_of(raw: Raw) -> Session:
    intent, setup = raw.get("payment_intent"), raw.get("setup_intent")
    failure = _inner(setup, "last_setup_error") or {}
    currency, total = _currency(raw.get("currency")), raw.get("amount_total")
    return Session(
        id=str(raw["id"]),
        mode=str(raw["mode"]),
        status=str(raw["status"]),
        url=str(raw.get("url") or ""),
        reference=str(raw.get("client_reference_id") or ""),
        amount_minor=None if total is None else from_stripe(int(total), currency),
        currency=currency,
        livemode=_flag(raw["livemode"]),
        customer=id_of(raw.get("customer")),
        metadata=_metadata(raw),
        expires_at=moment_of(raw["expires_at"]),
        intent=_read(intent_of, intent),
        intent_id=id_of(intent),
        setup_status=str(_inner(setup, "status") or ""),
        setup_failure=str(failure.get("message") or ""),
        method=_read(method_of, _inner(setup, "payment_method")),
        payer_email=str(_inner(raw.get("customer_details"), "email") or ""),
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
        failure_code=_asks(error) or str(error.get("decline_code") or error.get("code") or ""),
        failure_words=QUESTION if _asks(error) else str(error.get("message") or ""),
    )


def _asks(error: Raw) -> str:
    """The code for a question of the payer's bank, which is no refusal; empty for anything else."""
    asked = "authentication_required" in (error.get("code"), error.get("decline_code"))
    return "authentication_required" if asked else ""


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
        last4=_last4(details.get("last4")),
        exp_month=_small(details.get("exp_month")),
        exp_year=_small(details.get("exp_year")),
        customer=id_of(raw.get("customer")),
        fingerprint=str(details.get("fingerprint") or ""),
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


def chargeback_of(raw: Raw) -> Chargeback:
    currency = _currency(raw["currency"])
    return Chargeback(
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
        answer_by=_deadline(raw.get("evidence_details")),
    )


def _deadline(details: Any) -> datetime | None:
    due = _inner(details, "due_by")
    return None if due is None else moment_of(due)


def plain(answer: Any) -> Any:
    """The answer, if all its texts can be stored.

    :raises ValueError: for NUL or a lone surrogate in one of them: PostgreSQL stores neither.
    """
    parts: list[Any] = [answer]
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            part.encode()
            if "\x00" in part:
                raise ValueError("a text with NUL")
        elif isinstance(part, Mapping):
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return answer


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


def _small(number: Any) -> int | None:
    """A month or a year, where there is one."""
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 10_000:
        raise ValueError("neither a month nor a year")
    return number


def _last4(digits: Any) -> str:
    found = "" if digits is None else str(digits)[-4:]
    if found and not (found.isascii() and found.isalnum()):
        raise ValueError("not the end of a number")
    return found


def _brand(code: str) -> str:
    known = {
        "amex": "American Express",
        "mastercard": "Mastercard",
        "visa": "Visa",
        "us_bank_account": "Bank",
    }
    return known.get(code, code if code[:1].isupper() else code.replace("_", " ").title())
