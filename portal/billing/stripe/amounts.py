"""Amounts in Stripe's units, which are not always ours. Pure rules.

Stripe counts some currencies without a minor unit in hundredths, and accepts thousandths only in multiples of ten.
"""

from __future__ import annotations

from portal.foundation.money import exponent

# Decimals at Stripe; every other currency has two.
NO_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
THREE_DECIMALS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])

LARGEST = 10**15  # minor units; Stripe charges at most 12 digits


def stripe_exponent(currency: str) -> int:
    """Number of decimals of Stripe's unit."""
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def to_stripe(minor: int, currency: str) -> int:
    """An amount in Stripe's unit.

    :raises ValueError: if it cannot be charged exactly, in words for people.
    """
    shift = stripe_exponent(currency) - exponent(currency)
    amount, rest = (minor * 10**shift, 0) if shift >= 0 else divmod(minor, 10**-shift)
    if rest or (currency in THREE_DECIMALS and amount % 10):
        raise ValueError(f"Cards and banks take {currency} with fewer decimals; round the amount.")
    return int(amount)


def from_stripe(amount: int, currency: str) -> int:
    """An amount of Stripe's in our minor units.

    :raises ValueError: if it is finer than our minor unit, or not an amount of money.
    """
    if not currency:
        raise ValueError("an amount without a currency")
    shift = exponent(currency) - stripe_exponent(currency)
    minor, rest = (amount * 10**shift, 0) if shift >= 0 else divmod(amount, 10**-shift)
    if rest:
        raise ValueError(f"{amount} of {currency} is finer than its minor unit")
    if abs(minor) > LARGEST:
        raise ValueError("more money than there is")
    return int(minor)


def is_chargeable(minor: int, currency: str) -> bool:
    """Whether Stripe's smallest unit of the currency divides it."""
    try:
        to_stripe(minor, currency)
    except ValueError:
        return False
    return True
