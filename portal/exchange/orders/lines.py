"""From rows of order_lines.csv to lines, or to the reasons why not.

Orders that are over may have had anything in them: freight, discounts, returns, items that are no longer sold, parts
of a unit. What a store still has to pick is an item of the catalogue, in whole units.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from portal.billing.tax.rules import tax_minor, taxes_of
from portal.catalog.products.files import VariantRef
from portal.exchange.orders.line_states import line_reasons
from portal.exchange.orders.order import ImportedLine
from portal.foundation.money import line_total, to_major
from portal.intake.lookups import References
from portal.intake.tables import Row, Values
from portal.orders.status import CLOSED_STATES


def check_lines(order: Row, rows: Iterable[Row], refs: References) -> list[ImportedLine]:
    """The lines of an order; those with anything wrong are left out and have the reasons added to their rows."""
    made = []
    status, is_credit = order.values.get("status"), order.values.get("kind") == "credit"
    seen: dict[int, int] = {}
    for row in rows:
        if not row.values:
            continue
        variant = _variant(row, refs, is_over=status in CLOSED_STATES)
        tintable = variant is None or variant.tintable
        row.reject(line_reasons(row.values, status, tintable=tintable, is_credit=is_credit))
        first = seen.setdefault(row.values["line"] or 0, row.number)
        if first != row.number and row.values["line"]:
            row.reasons.append(f"same key as row {first}")
        if not row.reasons and (currency := order.values.get("currency")):
            made.append(_line(row.values, variant, currency, refs, is_credit))
    if refs["tax_rounding"]["by_document"] and made:
        _share_taxes(made, order.values["currency"])
    return made


def _share_taxes(lines: Iterable[ImportedLine], currency: str) -> None:
    """Round each rate's tax once, on the order; its lines share it."""
    by_rate: dict[Decimal, list[ImportedLine]] = {}
    for line in lines:
        by_rate.setdefault(line.tax_share, []).append(line)
    for share, held in by_rate.items():
        taxes = taxes_of([line.total_minor for line in held], share, currency, by_document=True)
        for line, tax in zip(held, taxes, strict=True):
            line.tax_minor = tax


def _variant(row: Row, refs: References, *, is_over: bool) -> VariantRef | None:
    """What was sold; None for what is text only."""
    sku = row.values["sku"]
    if not is_over:
        if sku is None:
            row.wrong("sku", "missing")
        found: VariantRef | None = refs.find(row, "sku", "variants")
        return found
    if sku is None and row.values["name"] is None:
        row.wrong("name", "missing, and so is sku")
    return refs["variants"].get(sku)


def _fulfilled(v: Values, quantity: int) -> int:
    return quantity if v["quantity_fulfilled"] == v["quantity"] else int(v["quantity_fulfilled"])


def _line(
    v: Values, variant: VariantRef | None, currency: str, refs: References, is_credit: bool
) -> ImportedLine:
    sign = -1 if is_credit else 1  # what a credit gives back is above zero in the file
    net, share = line_total(v["unit_price"], sign * v["quantity"], currency), v["tax_percent"].scaleb(-2)
    # A discount under an item's number is no goods, so nobody buys it again.
    goods = variant if v["unit_price"] >= 0 else None
    quantity, price, in_words = _units(v, net, currency, variant.unit if variant else "")
    return ImportedLine(
        line_no=v["line"],
        variant_id=goods.id if goods else None,
        sku=v["sku"] or "",
        name=(v["name"] or (variant.name if variant else v["sku"])) + in_words,
        unit=variant.unit if variant else "each",
        quantity=sign * quantity,
        unit_price=price,
        total_minor=net,
        state=v["state"],
        fulfilled=sign * _fulfilled(v, quantity),
        colour_number=v["colour_number"],
        colour_name=v["colour_name"],
        colour_hex=refs["colours"].get(v["colour_number"] or ""),
        tax_share=share,
        tax_minor=tax_minor(net, share, currency),
    )


def _units(v: Values, net: int, currency: str, unit: str) -> tuple[int, Decimal, str]:
    """Quantity, price of one, and what the name says of it. Lines are kept in whole units: 2.5 gal at 10.00 are one line
    of 25.00 whose name says so."""
    quantity: Decimal = v["quantity"]
    if quantity == int(quantity):
        return int(quantity), v["unit_price"], ""
    words = " ".join(
        filter(None, (f"{abs(quantity).normalize():f}", unit, "at", f"{v['unit_price'].normalize():f}"))
    )
    return (
        (1 if quantity > 0 else -1),
        abs(to_major(net, currency)) * (1 if v["unit_price"] >= 0 else -1),
        f" ({words})",
    )
