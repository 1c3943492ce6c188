"""Money: integer minor units for what is owed, ``Decimal`` for unit prices, one rounding rule."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 currencies whose minor unit is not a hundredth. Everything else has two decimals.
EXPONENTS = {
    "BHD": 3,
    "BIF": 0,
    "CLF": 4,
    "CLP": 0,
    "DJF": 0,
    "GNF": 0,
    "IQD": 3,
    "ISK": 0,
    "JOD": 3,
    "JPY": 0,
    "KMF": 0,
    "KRW": 0,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "PYG": 0,
    "RWF": 0,
    "TND": 3,
    "UGX": 0,
    "UYI": 0,
    "UYW": 4,
    "VND": 0,
    "VUV": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
}
# Rounding a price that is compared may change it by a thousandth; screws at a tenth of a cent are shown in full.
COARSE = 1000
SYMBOLS = {"USD": "$", "GBP": "£", "EUR": "€", "JPY": "¥"}


def exponent(currency: str) -> int:
    """Number of decimals of the currency's minor unit (ISO 4217)."""
    return EXPONENTS.get(currency, 2)


def round_to_minor(amount: Decimal, currency: str) -> int:
    """Round an amount in major units half up (away from zero) to whole minor units.

    The only rounding in the product: it is applied once per line, and a total is the sum of lines.
    """
    scaled = amount.scaleb(exponent(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def line_total(unit_price: Decimal, quantity: int | Decimal, currency: str) -> int:
    """What a line costs in minor units: unit price × quantity, rounded once."""
    return round_to_minor(unit_price * quantity, currency)


def proportion(amount: int, part: int, of: int) -> int:
    """``part`` of ``of`` of an amount in minor units, rounded half up like every amount."""
    return int((Decimal(amount) * part / of).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units as an exact decimal amount in major units."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_minor(minor: int, currency: str) -> str:
    """An amount for people: ``-$1,234.50``; the code follows where there is no common symbol."""
    places = exponent(currency)
    text = f"{abs(to_major(minor, currency)):,.{places}f}"
    symbol = SYMBOLS.get(currency)
    sign = "-" if minor < 0 else ""
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def format_unit_price(price: Decimal, currency: str, quantity: int | None = None) -> str:
    """A unit price for people: at least the currency's decimals, up to four where they matter.

    Beside a sum (``quantity`` given) they matter only where the shorter price would not give that sum.
    """
    if quantity is not None and not _matter(price, currency, quantity):
        return format_minor(round_to_minor(price, currency), currency)
    return _exact(price, currency)


def format_price_change(was: Decimal, now: Decimal, currency: str) -> tuple[str, str]:
    """Two unit prices to compare: as amounts, in full only where they would read the same or be far off."""
    pair = (was, now)
    short = [round_to_minor(price, currency) for price in pair]
    far_off = any(
        abs(to_major(minor, currency) - price) * COARSE > abs(price)
        for minor, price in zip(short, pair, strict=True)
    )
    if short[0] == short[1] or far_off:
        return _exact(was, currency), _exact(now, currency)
    return format_minor(short[0], currency), format_minor(short[1], currency)


def _matter(price: Decimal, currency: str, quantity: int) -> bool:
    shorter = to_major(round_to_minor(price, currency), currency)
    return line_total(shorter, quantity, currency) != line_total(price, quantity, currency)


def _exact(price: Decimal, currency: str) -> str:
    places = exponent(currency)
    exact = price.normalize()
    shown = max(places, -int(exact.as_tuple().exponent))
    text = f"{abs(price):,.{shown}f}"
    symbol = SYMBOLS.get(currency)
    sign = "-" if price < 0 else ""
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"
