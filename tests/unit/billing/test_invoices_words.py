"""The words and filters of invoices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.billing.invoices.document_words import applied_words, tax_rows
from portal.billing.invoices.filters import MOST_TICKED, InvoiceFilter, read_filter
from portal.billing.invoices.list_links import InvoiceList
from portal.billing.invoices.words import document_state, due_words, payment_words

TODAY = date(2026, 6, 2)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1_234, "1,234 days overdue"),
        (-12, "12 days overdue"),
        (-1, "1 day overdue"),
        (0, "Due today"),
        (1, "Due tomorrow"),
        (3, "Due in 3 days"),
    ],
)
def test_when_it_is_due(days: int, words: str) -> None:
    assert due_words(TODAY + timedelta(days=days), TODAY) == words


@pytest.mark.parametrize(
    ("kind", "total", "left", "days", "word", "tone"),
    [
        ("invoice", 100, 100, 30, "Due in 30 days", "info"),
        ("invoice", 100, 100, 7, "Due in 7 days", "warn"),
        ("invoice", 100, 100, -1, "1 day overdue", "bad"),
        ("invoice", 100, 0, -1, "Paid", "ok"),
        ("invoice", 0, 0, -1, "Nothing to pay", "neutral"),
        ("credit_memo", -100, -20, -1, "Credit to use", "info"),
        ("credit_memo", -100, 0, -1, "Used up", "neutral"),
    ],
)
def test_where_it_stands(kind: str, total: int, left: int, days: int, word: str, tone: str) -> None:
    assert document_state(kind, total, left, TODAY + timedelta(days=days), TODAY)[:2] == (word, tone)


def test_cards_are_for_those_who_pay() -> None:
    assert payment_words("card", "Visa ending 4242", with_method=True) == "Visa ending 4242"
    assert payment_words("card", "Visa ending 4242", with_method=False) == "Paid online"
    assert payment_words("us_bank_account", "First Bank ending 6789", with_method=False) == "Paid online"
    assert payment_words("cheque", "Cheque 1007", with_method=False) == "Cheque 1007"
    assert payment_words("transfer", "", with_method=False) == "Bank transfer"


def step(kind: str, amount: int, **fields: object) -> SimpleNamespace:
    usual = {
        "at": datetime(2026, 6, 2, tzinfo=UTC),
        "by": "Dana",
        "words": "",
        "discount_minor": 0,
        "payment_number": None,
        "payment_kind": None,
        "method_words": "",
        "reference": "",
        "token": None,
        "others": (),
    }
    return SimpleNamespace(**{**usual, "kind": kind, "amount_minor": amount, **fields})


def test_a_discount_is_told_apart_from_the_money() -> None:
    applied = [step("payment", -100, discount_minor=2, payment_number="PAY-1", payment_kind="cheque")]
    found = [(each.title, each.amount_minor) for each in applied_words(applied, "invoice", with_method=True)]
    assert found == [("Payment PAY-1", -98), ("Early-payment discount", -2)]


@pytest.mark.parametrize(
    ("kind", "amount", "fields", "title"),
    [
        ("invoice", -5, {"others": ("CM-1",)}, "Credit memo"),
        ("invoice", 5, {"others": ("CM-1",)}, "Credit memo taken back"),
        ("credit_memo", 5, {"others": ("INV-1",)}, "Used for"),
        ("credit_memo", -5, {"others": ("INV-1",)}, "Taken back from"),
        ("invoice", -5, {"payment_number": "PAY-1"}, "Money on account"),
        ("invoice", 5, {"payment_number": "PAY-1"}, "Money on account taken back"),
    ],
)
def test_what_was_set_against_what(kind: str, amount: int, fields: dict[str, object], title: str) -> None:
    assert applied_words([step("application", amount, **fields)], kind, with_method=False)[0].title == title


def test_tax_by_rate() -> None:
    lines = [
        SimpleNamespace(tax_share=Decimal(share), tax_minor=tax)
        for share, tax in (("0.08875", 10), ("0.04", 3), ("0.08875", 5), ("0", 0))
    ]
    assert [(row.words, row.tax_minor) for row in tax_rows(lines)] == [("Tax 4 %", 3), ("Tax 8.875 %", 15)]


@given(
    some.dictionaries(some.sampled_from(["status", "q", "po", "job", "from", "to"]), some.text(max_size=200))
)
def test_an_address_is_never_too_strange(typed: dict[str, str]) -> None:
    wanted, errors = read_filter(typed)
    assert wanted.status in ("open", "overdue", "paid", "memos", "all")
    assert set(errors) <= {"from", "to"}
    assert "\x00" not in wanted.text
    assert len(wanted.text) <= 100


def test_what_was_ticked_is_wanted_whatever_else_is_said() -> None:
    wanted, errors = read_filter({"status": "paid", "from": "soon"}, ["INV-1", "INV-1", "INV-2"])
    assert (wanted, errors) == (InvoiceFilter("all", numbers=("INV-1", "INV-2")), {})
    many, _ = read_filter({}, [f"INV-{n}" for n in range(MOST_TICKED + 9)])
    assert len(many.numbers) == MOST_TICKED


def test_a_filter_is_kept_in_every_address_around_the_list() -> None:
    given = {"status": "paid", "q": "mill", "po": "77", "after": "x"}
    wanted, _ = read_filter(given)
    listed = InvoiceList(given, wanted, lambda **words: "&".join(f"{k}={v}" for k, v in words.items()))
    assert listed.href(after="y") == "status=paid&q=mill&po=77&after=y"
    assert [each.remove_href for each in listed.active()] == ["status=paid&po=77", "status=paid&q=mill"]
    chips = {each.label: each for each in listed.chips({"open": 3})}
    assert chips["Open"].href == "q=mill&po=77&status=None"
    assert (chips["Open"].count, chips["Paid"].current) == (3, True)
