"""What the page showed against what is now; and the arithmetic of lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.orders.checkout.changes import changes_since
from portal.orders.checkout.snapshot import Terms, encode_snapshot
from portal.orders.drafts.lines import Line, share_out, total_of, wanted_by_variant

PICKUP = Terms("pickup", 3, datetime(2026, 6, 2, 11, tzinfo=UTC), None, None)


def line(
    number: int = 1, quantity: int = 2, price: str | None = "41.20", variant_id: int | None = None
) -> Line:
    made = Line(
        id=number,
        position=number,
        variant_id=variant_id or number,
        quantity=quantity,
        colour_number=None,
        last_time=None,
        sku=f"S-{number}",
        name=f"Paint {number}",
        sheen="",
        tint_base="",
        size="",
        unit="gal",
        pack_size=1,
        tintable=False,
        discontinued_on=None,
        replacement_id=None,
        replacement_sku=None,
        replacement_name=None,
        product_code="P",
        colour_name=None,
        colour_hex=None,
    )
    if price is not None:
        made.price_it(Decimal(price), "USD", "Price list TRADE")
    return made


def texts(shown: str, terms: Terms, lines: list[Line]) -> list[str]:
    return [change.text for change in changes_since(shown, terms, lines, "USD")]


def test_nothing_changed() -> None:
    shown = encode_snapshot(PICKUP, [line(1), line(2)])
    assert changes_since(shown, PICKUP, [line(1), line(2)], "USD") == []
    # The same price with other decimals is the same price.
    assert texts(shown, PICKUP, [line(1, price="41.2000"), line(2)]) == []


def test_prices_quantities_lines() -> None:
    shown = encode_snapshot(PICKUP, [line(1), line(2), line(3)])
    now = [line(1, price="43.105"), line(2, quantity=5), line(4), line(3, price=None)]
    assert texts(shown, PICKUP, now) == [
        "Paint 1: price was $41.20, now $43.11.",
        "Paint 2: quantity was 2, now 5.",
        "Paint 4 was added.",
        "Paint 3: there is no price now.",
    ]
    assert texts(shown, PICKUP, [line(1)]) == ["2 lines were taken out of the draft."]


def test_terms() -> None:
    shown = encode_snapshot(PICKUP, [line()])
    assert texts(shown, replace(PICKUP, store_id=4), [line()]) == ["Another store was chosen."]
    assert texts(shown, replace(PICKUP, window_start=None), [line()]) == ["Another pickup time was chosen."]
    delivery = Terms("delivery", 3, None, 7, date(2026, 6, 3))
    assert texts(shown, delivery, [line()]) == ["Pickup and delivery were switched in another window."]
    was = encode_snapshot(delivery, [line()])
    assert texts(was, replace(delivery, address_id=8), [line()]) == [
        "The delivery's address or date was changed."
    ]


@given(st.text(max_size=200))
def test_nonsense_is_never_taken_for_what_was_shown(text: str) -> None:
    assert changes_since(text, PICKUP, [line()], "USD")


@given(
    st.lists(
        st.tuples(st.integers(1, 100_000), st.decimals(Decimal("0.0001"), Decimal("99999"), places=4)),
        min_size=1,
        max_size=30,
    )
)
def test_the_total_is_the_sum_of_lines_each_rounded_half_up(wishes: list[tuple[int, Decimal]]) -> None:
    lines = [line(n, quantity, str(price)) for n, (quantity, price) in enumerate(wishes, 1)]
    expected = [
        int((price * quantity * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        for quantity, price in wishes
    ]
    assert [each.total_minor for each in lines] == expected
    assert total_of(lines) == sum(expected)


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 50)), max_size=20),
    st.dictionaries(st.integers(1, 4), st.integers(0, 120)),
)
def test_what_is_held_is_shared_out_in_order(wishes: list[tuple[int, int]], held: dict[int, int]) -> None:
    lines = [line(n, quantity, variant_id=variant) for n, (variant, quantity) in enumerate(wishes, 1)]
    shares = share_out(lines, held)
    assert all(0 <= share <= each.quantity for share, each in zip(shares, lines, strict=True))
    for variant, wanted in wanted_by_variant(lines).items():
        given_out = sum(s for s, each in zip(shares, lines, strict=True) if each.variant_id == variant)
        assert given_out == min(wanted, held.get(variant, 0))
