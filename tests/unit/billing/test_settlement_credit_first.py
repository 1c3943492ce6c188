"""How much of a company's own credit goes onto which invoice."""

from __future__ import annotations

from portal.billing.settlement.credit_first import Use, Wanted, cash_uses, charged_minor, memo_shares


def test_the_oldest_money_goes_onto_the_first_invoice() -> None:
    wanted = [Wanted(1, 100), Wanted(2, 50)]
    assert cash_uses(wanted, [(7, 30), (8, 90), (9, 500)]) == [
        Use(7, 1, 30),
        Use(8, 1, 70),
        Use(8, 2, 20),
        Use(9, 2, 30),
    ]
    assert cash_uses(wanted, []) == []


def test_money_does_not_cost_a_discount() -> None:
    """Seen failing with a part of it put onto an invoice whose discount is for paying all at once."""
    wanted = [Wanted(1, 100, 2), Wanted(2, 50)]
    assert cash_uses(wanted, [(7, 120)]) == [Use(7, 2, 50)]
    assert charged_minor(wanted, 120, 0) == 98


def test_memos_go_as_far_as_something_is_due() -> None:
    assert memo_shares(70, [(4, 30), (5, 60)]) == {4: 30, 5: 40}
    assert memo_shares(0, [(4, 30)]) == {}


def test_the_rest_is_charged_or_nothing() -> None:
    wanted = [Wanted(1, 23_087)]
    assert charged_minor(wanted, 1_500, 3_000) == 18_587
    assert charged_minor(wanted, 50_000, 0) == 0
    assert charged_minor(wanted, 0, 50_000) == 0
