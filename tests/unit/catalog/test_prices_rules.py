"""Contract before list, the largest break reached, the latest row: and what is said about the others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.prices import rules as pricing
from portal.catalog.prices.rules import PriceRow

TODAY = date(2026, 6, 2)


def row(price: str, source: str = "list", least: int = 1, **fields: object) -> PriceRow:
    values: dict[str, object] = {
        "code": "TRADE" if source == "list" else "C-1",
        "currency": "USD",
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
    }
    values.update(fields)
    return PriceRow(source=source, min_quantity=least, unit_price=Decimal(price), **values)  # type: ignore[arg-type]


def cost(rows: list[PriceRow], quantity: int = 1, on: date = TODAY) -> Decimal | None:
    found = pricing.price(rows, quantity=quantity, on=on)
    return found.unit_price if found else None


def test_a_contract_wins_even_over_a_cheaper_list() -> None:
    assert cost([row("30"), row("40", "contract")]) == 40


def test_a_contract_that_needs_more_units_leaves_the_list_in_force() -> None:
    rows = [row("50"), row("40", "contract", least=12)]
    assert cost(rows, 11) == 50
    assert cost(rows, 12) == 40


def test_the_largest_break_that_is_reached_wins() -> None:
    rows = [row("50"), row("45", least=10), row("42", least=50)]
    assert [cost(rows, n) for n in (1, 9, 10, 49, 50, 900)] == [50, 50, 45, 45, 42, 42]


def test_of_two_rows_that_hold_the_later_one_wins() -> None:
    rows = [row("50"), row("52", valid_from=date(2026, 5, 1))]
    assert cost(rows) == 52
    assert cost(rows, on=date(2026, 4, 30)) == 50


def test_the_first_and_the_last_day_count() -> None:
    rows = [row("50", valid_from=date(2026, 6, 2), valid_to=date(2026, 6, 3))]
    days = [date(2026, 6, day) for day in (1, 2, 3, 4)]
    assert [cost(rows, on=day) for day in days] == [None, 50, 50, None]


def test_no_row_is_no_price() -> None:
    assert cost([]) is None
    assert cost([row("50", least=6)], 5) is None


def test_the_rule_is_named_for_machines_and_for_people() -> None:
    found = pricing.price(
        [row("41.20", "contract", least=12, code="C-7", valid_to=date(2026, 6, 30))], quantity=12, on=TODAY
    )
    assert found is not None
    assert (found.rule, found.words) == ("contract:C-7", "Contract C-7, from 12 on, until 30 Jun 2026")
    plain = pricing.price([row("50")], quantity=1, on=TODAY)
    assert plain is not None
    assert (plain.rule, plain.words) == ("list:TRADE", "Price list TRADE")
    nameless = pricing.price([row("50", "contract", code="")], quantity=1, on=TODAY)
    assert nameless is not None
    assert (nameless.rule, nameless.words) == ("contract", "Your contract")


def test_each_loser_is_told_why() -> None:
    rows = {
        "wins": row("41", "contract", least=6),
        "smaller_break": row("43", "contract"),
        "needs_more": row("38", "contract", least=48),
        "older": row("42", "contract", least=6, valid_from=date(2025, 1, 1)),
        "dearer": row("42", "contract", least=6),
        "expired": row("40", "contract", valid_from=date(2025, 1, 1), valid_to=date(2026, 6, 1)),
        "not_yet": row("44", "contract", valid_from=date(2026, 6, 3)),
        "list_behind_contract": row("39"),
    }
    judged = pricing.judge(rows.values(), quantity=6, on=TODAY)
    assert {each.verdict: each.row for each in judged} == rows
    assert judged[0].won


def test_breaks_are_the_steps_at_which_the_price_changes() -> None:
    rows = [
        row("50"),
        row("50", least=5),
        row("45", "contract", least=10),
        row("20", least=20),
        row("44", "contract", least=60, valid_from=date(2027, 1, 1)),
    ]
    steps = [(each.min_quantity, each.unit_price) for each in pricing.breaks(rows, on=TODAY)]
    # From 20 on the list is cheaper, but the contract goes before it.
    assert steps == [(1, 50), (10, 45)]


ROWS = st.lists(
    st.builds(
        row,
        st.decimals("0.01", "999", places=2).map(str),
        st.sampled_from(["contract", "list"]),
        least=st.integers(1, 60),
        valid_from=st.dates(date(2026, 5, 20), date(2026, 6, 10)),
        valid_to=st.none() | st.dates(date(2026, 5, 25), date(2026, 6, 20)),
    ),
    max_size=8,
)


@given(rows=ROWS, quantity=st.integers(1, 80))
def test_the_winner_holds_and_no_rule_beats_it(rows: list[PriceRow], quantity: int) -> None:
    best = pricing.winner(rows, quantity=quantity, on=TODAY)
    fitting = [each for each in rows if each.holds_on(TODAY) and each.min_quantity <= quantity]
    assert (best is None) == (not fitting)
    if best is None:
        return
    assert best in fitting
    assert best.source == "contract" or all(each.source == "list" for each in fitting)
    rivals = [each for each in fitting if each.source == best.source]
    assert best.min_quantity == max(each.min_quantity for each in rivals)
    judged = pricing.judge(rows, quantity=quantity, on=TODAY)
    assert len(judged) == len(rows)
    assert [each.won for each in judged] == [True] + [False] * (len(rows) - 1)


@given(rows=ROWS, quantity=st.integers(1, 80))
def test_the_steps_shown_are_what_is_charged(rows: list[PriceRow], quantity: int) -> None:
    reached = [step for step in pricing.breaks(rows, on=TODAY) if step.min_quantity <= quantity]
    assert cost(rows, quantity) == (reached[-1].unit_price if reached else None)
