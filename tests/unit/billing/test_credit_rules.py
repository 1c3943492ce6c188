"""Which invoices to pay, what of a draft fits, when to remind: the pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.billing.credit.freed import cheapest
from portal.billing.reminders.rules import Policy, Reminded, read_steps, subject, when_words
from portal.billing.tax.rules import tax_minor
from portal.catalog.prices.rules import PriceRow, price
from portal.foundation.money import line_total
from portal.foundation.secrets.handles import handle
from portal.orders.credit_rescue.fit import fit, read_plan
from portal.orders.drafts.lines import Line

DAY = date(2026, 6, 2)
PLAIN = Line(
    1,
    1,
    1,
    10,
    None,
    None,
    "S",
    "Paint",
    "",
    "",
    "1 gal",
    "each",
    1,
    False,
    None,
    None,
    None,
    None,
    "P",
    None,
    None,
)


def line(id: int, quantity: int, pack: int = 1, variant: int | None = None, share: str = "0") -> Line:
    return replace(
        PLAIN,
        id=id,
        position=id,
        variant_id=variant or id,
        quantity=quantity,
        pack_size=pack,
        tax_share=Decimal(share),
    )


def row(unit_price: str, at_least: int = 1) -> PriceRow:
    return PriceRow("list", "TRADE", at_least, Decimal(unit_price), "USD", date(2020, 1, 1), None)


@pytest.mark.parametrize(
    ("owed", "needed", "chosen"),
    [
        ([(1, 100), (2, 200)], 50, [1]),
        ([(1, 100), (2, 200)], 100, [1]),
        ([(1, 100), (2, 200)], 101, [2]),  # the second alone is enough
        ([(1, 10), (2, 20), (3, 500)], 400, [3]),
        ([(1, 300), (2, 20), (3, 500)], 801, [1, 2, 3]),
        ([(1, 300), (2, 20), (3, 500)], 800, [1, 3]),
        ([(1, 10)], 50, [1]),  # not enough: all there is
        ([(1, 10)], 0, []),
        ([], 5, []),
    ],
)
def test_the_invoices_that_free_enough(owed: list[tuple[int, int]], needed: int, chosen: list[int]) -> None:
    assert cheapest(owed, needed) == chosen


@given(st.lists(st.integers(1, 500), max_size=9), st.integers(-5, 3_000))
def test_nothing_frees_enough_for_less(amounts: list[int], needed: int) -> None:
    """Against every subset. Seen failing with the oldest first, and those taken out that the others made needless."""
    chosen = cheapest(list(enumerate(amounts)), needed)
    subsets = chain.from_iterable(combinations(amounts, n) for n in range(len(amounts) + 1))
    enough = [sum(each) for each in subsets if sum(each) >= max(needed, 0)]
    assert chosen == sorted(set(chosen))
    assert sum(amounts[id] for id in chosen) == (min(enough) if enough else sum(amounts))


def test_a_hundred_large_invoices() -> None:
    """In coarser units, and never too little."""
    owed = [(n, 123_456_789 + 7_919 * n) for n in range(100)]
    for needed in (1, 5_000_000_001, 12_345_678_900):
        chosen = cheapest(owed, needed)
        paid = sum(amount for id, amount in owed if id in chosen)
        assert needed <= paid < needed + 123_456_789 + 7_919 * 100


def test_lines_in_their_order_as_far_as_they_fit() -> None:
    lines = [line(1, 10), line(2, 3), line(3, 1)]
    rows = {1: [row("10")], 2: [row("100")], 3: [row("5")]}
    found = fit(lines, 20_500, rows, "USD", DAY)
    assert [(part.now, part.later, part.cost_minor) for part in found.parts] == [
        (10, 0, 10_000),
        (1, 2, 10_000),
        (1, 0, 500),
    ]
    assert found.plan == ",".join(
        f"{handle('line', line_id)}:{n}" for line_id, n in ((1, 10), (2, 1), (3, 1))
    )
    assert read_plan(found.plan) == {1: 10, 2: 1, 3: 1}


def test_whole_packs_only() -> None:
    assert [part.now for part in fit([line(1, 24, pack=6)], 9_900, {1: [row("5")]}, "USD", DAY).parts] == [18]


def test_the_smaller_quantity_has_its_own_price() -> None:
    """Ten cost 80 each, fewer cost 100: what is left is counted at 100."""
    rows = {1: [row("100"), row("80", at_least=10)]}
    part = fit([line(1, 12)], 85_000, rows, "USD", DAY).parts[0]
    assert (part.now, part.cost_minor) == (10, 80_000)
    part = fit([line(1, 12)], 79_999, rows, "USD", DAY).parts[0]
    assert (part.now, part.cost_minor) == (7, 70_000)


def test_the_colours_of_a_variant_count_together() -> None:
    """Four in each of three colours are twelve. Seen failing with each line at the price of its own quantity."""
    rows = {1: [row("100"), row("80", at_least=12)]}
    lines = [line(n, 4, variant=1) for n in (1, 2, 3)]
    assert fit(lines, 96_000, rows, "USD", DAY).cost_minor == 96_000
    assert [part.now for part in fit(lines, 95_999, rows, "USD", DAY).parts] == [4, 4, 1]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(1, 60), st.integers(2, 14))
def test_each_line_takes_all_that_fits(packs: list[int], cents: int, at_least: int) -> None:
    """Against every number of packs of each line in turn, at the price of all of them together."""
    rows = [row(f"{Decimal(cents) / 100}"), row(f"{Decimal(cents) / 200:.4f}", at_least)]
    lines = [line(n, 2 * units, 2, variant=1) for n, units in enumerate(packs, start=1)]
    for available in range(0, 2 * cents * sum(packs), max(1, cents)):
        taken: list[int] = []
        for each in lines:
            tries = [n for n in range(0, each.quantity + 1, 2) if _cost([*taken, n], rows) <= available]
            taken.append(max(tries, default=0))
        assert [part.now for part in fit(lines, available, {1: rows}, "USD", DAY).parts] == taken


def _cost(units: list[int], rows: list[PriceRow]) -> int:
    unit = price(rows, quantity=sum(units), on=DAY)
    return sum(line_total(unit.unit_price, n, "USD") for n in units) if unit else 0


def test_tax_counts() -> None:
    assert fit([line(1, 2, share="0.08")], 10_799, {1: [row("100")]}, "USD", DAY).parts[0].now == 0
    assert fit([line(1, 2, share="0.08")], 10_800, {1: [row("100")]}, "USD", DAY).parts[0].now == 1


LINES = st.lists(
    st.tuples(
        st.integers(1, 40), st.integers(1, 4), st.integers(1, 900), st.integers(2, 12), st.integers(1, 900)
    ),
    min_size=1,
    max_size=6,
)


@given(LINES, st.integers(0, 200_000))
def test_what_fits_is_within_what_is_left_where_tax_is_rounded_on_the_order(
    wanted: list[tuple[int, int, int, int, int]], available: int
) -> None:
    """Seen failing with each line's tax rounded half up while it is looked for: an order a cent above its limit."""
    share, rows = Decimal("0.08875"), {}
    lines = []
    for id, (packs, pack, cents, _, _) in enumerate(wanted, start=1):
        lines.append(replace(line(id, packs * pack, pack, share=str(share)), tax_by_document=True))
        rows[id] = [row(f"{Decimal(cents) / 100}")]
    found = fit(lines, available, rows, "USD", DAY)
    net = sum(
        line_total(rows[each.id][0].unit_price, part.now, "USD")
        for each, part in zip(lines, found.parts, strict=True)
    )
    assert found.cost_minor == net + tax_minor(net, share, "USD") <= available


@given(LINES, st.integers(0, 200_000), st.sampled_from(["0", "0.08875"]))
def test_what_fits_never_costs_more_than_is_left(
    wanted: list[tuple[int, int, int, int, int]], available: int, share: str
) -> None:
    lines, rows = [], {}
    for id, (packs, pack, cents, at_least, cheaper) in enumerate(wanted, start=1):
        lines.append(line(id, packs * pack, pack, share=share))
        rows[id] = [row(f"{Decimal(cents) / 100}"), row(f"{Decimal(min(cents, cheaper)) / 100}", at_least)]
    found = fit(lines, available, rows, "USD", DAY)
    assert found.cost_minor <= available
    for each, part in zip(lines, found.parts, strict=True):
        assert part.now + part.later == each.quantity
        assert part.now % each.pack_size == 0
        cost = 0
        if part.now:
            unit = price(rows[each.id], quantity=part.now, on=DAY)
            assert unit is not None
            net = line_total(unit.unit_price, part.now, "USD")
            cost = net + tax_minor(net, each.tax_share, "USD")
        assert part.cost_minor == cost


@pytest.mark.parametrize("text", ["", "1", "1:2,1:3", "a:1", "1:b", "1:2;3:4", "²:1", "1:" + "9" * 12])
def test_a_plan_that_is_none(text: str) -> None:
    assert read_plan(text) is None


def test_what_is_typed_about_reminders() -> None:
    assert read_steps(3, True, "21, 7 45") == (-3, 0, 7, 21, 45)
    assert read_steps(0, False, "") == ()
    for typed in ("x", "0", "366", "-3", "1,2,3,4,5,6,7,8"):
        with pytest.raises(ValueError, match=r"days|reminders"):
            read_steps(3, False, typed)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(), "3 days before the due day, on it and 7, 21 and 45 days after it"),
        (Policy(steps=(0,)), "on the due day"),
        (Policy(steps=(1,)), "1 day after it"),
        (Policy(False), "No mails about invoices"),
        (Policy(steps=()), "No reminders"),
    ],
)
def test_a_policy_in_words(policy: Policy, words: str) -> None:
    assert policy.words == words


def test_the_subject_names_the_most_urgent() -> None:
    late, now, soon = (
        Reminded("INV-1", date(2026, 5, 1), "$1.00"),
        Reminded("INV-2", DAY, "$1.00"),
        Reminded("INV-3", date(2026, 6, 5), "$1.00"),
    )
    assert subject("Harbor", [late, now, soon], DAY) == "Invoice INV-1 is overdue"
    assert subject("Harbor", [late, late], DAY) == "2 invoices of Harbor are overdue"
    assert subject("Harbor", [now, soon], DAY) == "Invoice INV-2 is due today"
    assert subject("Harbor", [soon, soon], DAY) == "2 invoices of Harbor are due soon"
    assert when_words(late.due_on, DAY) == "was due 1 May 2026, 32 days ago"
    assert when_words(soon.due_on, DAY) == "is due 5 Jun 2026, in 3 days"
    assert when_words(now.due_on, DAY) == "is due today"
