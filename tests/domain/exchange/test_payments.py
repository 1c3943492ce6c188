"""Payments of another system, and what they paid."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from portal.intake.source import BadFile
from portal.verification.run import verify
from tests.import_files import Folder, column, fingerprint, scalar

# What is wrong with the payment, or with what it is for, and the reason.
BAD: tuple[tuple[dict[str, str], dict[str, str], str], ...] = (
    ({"company_code": "C9"}, {}, "company_code: no such company"),
    ({"kind": "gold"}, {}, "kind: not one of cheque, transfer, cash"),
    ({"received_on": "2027-01-01"}, {}, "received_on: in the future"),
    ({"amount": "594.001"}, {}, "amount: not an amount"),
    ({"amount": "0"}, {}, "amount: is nothing"),
    ({"amount": "-5"}, {}, "amount: not an amount"),
    ({"amount": "593.99"}, {}, "amount: less than what it paid"),
    ({"number": "PAY-100001"}, {}, "number: PAY- begins the portal's own numbers"),
    ({}, {"invoice_number": "H-9"}, "invoice_number: no such invoice of the company"),
    ({}, {"invoice_number": "H-7"}, "invoice_number: no such invoice of the company"),
    ({}, {"amount": "594.01"}, "amount: only $594.00 of it is open"),
    ({}, {"amount": "-1"}, "amount: only $594.00 of it is open"),
    ({}, {"amount": "0"}, "amount: only $594.00 of it is open"),
    ({}, {"discount": "594.01"}, "discount: more than the amount"),
    (
        {},
        {"short_reason": "mood"},
        "short_reason: not one of price, quantity, damaged, not_received, tax, other",
    ),
)
STRAY = "payment_number: no such payment"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Two open invoices of 594.00, a credit memo of 148.50, and an invoice of another company."""
    made = Folder(tmp_path / "files")
    made.rows["orders"][0]["paid"] = "no"
    made.add("companies", code="C2")
    made.order("H-2", paid="no")
    made.order("K-1", {"quantity": "1", "quantity_fulfilled": "1"}, kind="credit", paid="no")
    made.order("H-9", paid="no", company_code="C2")
    return made


def pays(folder: Folder, *parts: dict[str, str], **fields: str) -> None:
    """A payment with what it is for."""
    payment = folder.add("payments", **fields)
    for part in parts:
        folder.add("payment_allocations", payment_number=payment["number"], **part)


def open_now(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        rows = connection.execute(text("select number, open_minor from invoice order by number"))
        return dict(map(tuple, rows))


def test_a_payment_settles_what_it_is_for(engine: Engine, folder: Folder) -> None:
    pays(folder, {}, {"invoice_number": "H-2", "amount": "100.00"}, amount="700.00")
    assert folder.load(engine).rejected == 0
    assert open_now(engine) == {"H-1": 0, "H-2": 49_400, "H-9": 59_400, "K-1": -14_850}
    assert column(engine, "select method_words || ' ' || unapplied_minor from payment") == ["Cheque 1007 600"]
    assert column(
        engine,
        "select account || ' ' || amount_minor || coalesce(' ' || i.number, '') from ledger_entry e "
        "left join invoice i on i.id = e.invoice_id join ledger_transaction t on t.id = e.transaction_id "
        "where t.posting_key = 'payment:CH-1007' order by e.line_no",
    ) == ["bank 70000", "receivable -59400 H-1", "receivable -10000 H-2", "unapplied -600"]
    assert (
        scalar(engine, "select used_minor from credit_account where limit_minor > 0 order by 1 limit 1")
        == 33_950
    )
    assert verify(engine).findings == []
    before = fingerprint(engine)
    report = folder.load(engine)
    assert (report.wrote, report.files["payments.csv"].unchanged) == (False, 1)
    assert fingerprint(engine) == before


def test_credit_memos_and_discounts_help_to_pay(engine: Engine, folder: Folder) -> None:
    pays(folder, {"discount": "11.88"}, {"invoice_number": "K-1", "amount": "-148.50"}, amount="433.62")
    assert folder.load(engine).rejected == 0
    assert open_now(engine) == {"H-1": 0, "H-2": 59_400, "H-9": 59_400, "K-1": 0}
    assert column(engine, "select sum(amount_minor) from ledger_entry where account = 'discounts'") == [1_188]
    assert column(engine, "select words from ledger_transaction where kind = 'application'") == [
        "K-1 applied to H-1"
    ]
    assert verify(engine).findings == []


def test_a_short_payment_with_a_reason_opens_a_dispute(engine: Engine, folder: Folder) -> None:
    pays(
        folder,
        {"amount": "500.00", "short_reason": "damaged", "short_note": "One pail was dented"},
        amount="500.00",
    )
    assert folder.load(engine).rejected == 0
    assert column(engine, "select amount_minor || ' ' || reason || ': ' || note from invoice_dispute") == [
        "9400 damaged: One pail was dented"
    ]
    assert verify(engine).findings == []


def test_money_comes_in_the_order_of_its_days(engine: Engine, folder: Folder) -> None:
    """The first payment pays the invoice; a later one in the file for the same is one too many."""
    pays(folder, {}, number="LATE", received_on="2026-05-01")
    pays(folder, {}, number="EARLY", received_on="2026-04-30")
    assert folder.load(engine).files["payments.csv"].rejected == 1
    assert column(engine, "select number from payment") == ["EARLY"]
    assert folder.rejected("payment_allocations") == {2: "amount: only $0.00 of it is open"}
    assert folder.rejected("payments") == {
        2: "payment LATE has a rejected row (payment_allocations.csv row 2)"
    }


@pytest.mark.parametrize(("payment", "part", "reason"), BAD)
def test_what_does_not_fit_is_rejected_as_a_whole(
    engine: Engine, folder: Folder, payment: dict[str, str], part: dict[str, str], reason: str
) -> None:
    pays(folder, part, **payment)
    assert folder.load(engine).files["payments.csv"].rejected == 1
    said = [*folder.rejected("payments").values(), *folder.rejected("payment_allocations").values()]
    assert reason in said
    assert len(said) == 2
    assert scalar(engine, "select count(*) from payment") == 0
    assert open_now(engine)["H-1"] == 59_400
    assert verify(engine).findings == []


def test_repeats_and_strays_are_told(engine: Engine, folder: Folder) -> None:
    pays(folder, {"amount": "100.00"}, {"amount": "50.00"}, number="A")
    pays(folder, number="B", amount="10")
    pays(folder, number="B", amount="10")
    folder.add("payment_allocations", payment_number="C")
    report = folder.load(engine)
    assert (report.files["payments.csv"].added, report.files["payments.csv"].rejected) == (1, 3)
    assert folder.rejected("payments") == {
        2: "payment A has a rejected row (payment_allocations.csv row 3)",
        4: "same key as row 3",
    }
    assert folder.rejected("payment_allocations")[4] == STRAY
    assert scalar(engine, "select unapplied_minor from payment") == 1_000


def test_allocations_belong_to_payments(engine: Engine, folder: Folder) -> None:
    folder.add("payment_allocations")
    with pytest.raises(BadFile, match=r"payment_allocations\.csv belongs to payments\.csv, which is missing"):
        folder.load(engine)
