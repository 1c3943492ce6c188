"""How many decimals a currency has, what may be charged in it, and how an amount is written."""

from __future__ import annotations

from sandbox.stripe.wire.errors import invalid


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


NO_DECIMALS = _codes("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
THREE_DECIMALS = _codes("bhd jod kwd omr tnd")
TWO_DECIMALS = _codes(
    "aed aud bgn brl cad chf cny czk dkk eur gbp hkd huf idr ils inr isk mxn myr nok nzd pen php pln ron sar sek"
    " sgd thb try twd uah ugx usd zar"
)
# Without decimals, but counted in hundredths as before they lost theirs: 5 are 500, and 501 cannot be charged.
WHOLE_HUNDREDS = _codes("isk ugx")
KNOWN = NO_DECIMALS | TWO_DECIMALS | THREE_DECIMALS
LEAST = {"usd": 50, "eur": 50, "gbp": 30, "cad": 50, "aud": 50, "jpy": 50, "mxn": 1000}
MOST = 99_999_999


def decimals(currency: str) -> int:
    """Digits after the point of the unit that amounts are counted in: 0, 2 or 3."""
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def written(amount: int, currency: str) -> str:
    """``1,234.50 USD`` for 123450 minor units, ``1,234 ISK`` for 123400."""
    places = decimals(currency)
    sign = "−" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 10**places)
    plain = not places or (currency in WHOLE_HUNDREDS and not rest)
    fraction = "" if plain else f".{rest:0{places}d}"
    return f"{sign}{whole:,}{fraction} {currency.upper()}"


def check_currency(currency: str) -> str:
    """The currency in lower case.

    :raises ApiError: when it is not known.
    """
    lowered = currency.lower()
    if lowered not in KNOWN:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    return lowered


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse what Stripe would not charge.

    :raises ApiError: when the amount is below the least, above the most, or finer than banks settle.
    """
    least = LEAST.get(currency, 1)
    if amount < least:
        code = "amount_too_small" if amount >= 0 else "parameter_invalid_integer"
        raise invalid(f"Amount must be at least {written(least, currency)}.", param=param, code=code)
    if amount > MOST:
        raise invalid(
            f"Amount must be no more than {written(MOST, currency)}.", param=param, code="amount_too_large"
        )
    if currency in THREE_DECIMALS and amount % 10:
        raise invalid(f"The last digit of an amount in {currency.upper()} must be 0.", param=param)
    check_whole(amount, currency, param)


def check_whole(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse hundredths where there are none.

    :raises ApiError: when the amount of such a currency is not whole.
    """
    if currency in WHOLE_HUNDREDS and amount % 100:
        raise invalid(
            f"An amount in {currency.upper()} must be whole: its last two digits are 00.", param=param
        )


def settled(fee: int, currency: str) -> int:
    """A fee as it can be taken, rounded half up where there are no hundredths."""
    return (fee + 50) // 100 * 100 if currency in WHOLE_HUNDREDS else fee
