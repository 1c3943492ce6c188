"""Orders with their lines: one unit, what they hold, what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from portal.accounts.sign_in import passwords
from portal.verification.run import verify
from tests.builders import HASHER, PASSWORD
from tests.import_files import OPEN, OPEN_LINE, Folder, column, contents, fingerprint, scalar


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def test_a_second_run_writes_nothing_at_all(engine: Engine, folder: Folder) -> None:
    folder.order("H-2", {**OPEN_LINE}, **OPEN)
    assert folder.load(engine).wrote
    before = fingerprint(engine)
    again = folder.load(engine)
    assert not again.wrote
    assert again.files["orders.csv"].unchanged == 2
    assert fingerprint(engine) == before


def test_orders_that_are_there_stay_as_they_became(engine: Engine, folder: Folder) -> None:
    folder.order("H-2", OPEN_LINE, **OPEN)
    folder.load(engine)
    with engine.begin() as connection:
        connection.execute(
            text("update sales_order set status = 'accepted', note = 'moved' where number = 'H-2'")
        )
    folder.rows["orders"][1]["po_number"] = "PO-NEW"
    folder.load(engine)
    assert column(engine, "select status || note || po_number from sales_order where number = 'H-2'") == [
        "acceptedmoved"
    ]


def test_changed_rows_are_updated_and_counted(engine: Engine, folder: Folder) -> None:
    folder.load(engine)
    folder.rows["prices"][0]["unit_price"] = "150"
    folder.rows["companies"][0]["credit_limit"] = "99.5"
    report = folder.load(engine)
    assert (report.files["prices.csv"].changed, report.files["companies.csv"].changed) == (1, 1)
    assert scalar(engine, "select limit_minor from credit_account") == 9950
    assert not folder.load(engine).wrote


def test_open_orders_hold_stock_credit_and_a_window(engine: Engine, folder: Folder) -> None:
    folder.order(
        "H-2",
        {**OPEN_LINE, "quantity": "7", "unit_price": "10.005"},
        **{**OPEN, "window_start": "2026-06-02T15:00:00Z", "window_end": "2026-06-02T16:00:00Z"},
    )
    folder.order(
        "H-3",
        {"state": "ready", "quantity": "5", "quantity_fulfilled": "3", "unit_price": "1"},
        {"state": "backordered", "quantity": "9", "quantity_fulfilled": "4", "unit_price": "1"},
        **{**OPEN, "status": "ready", "ready_at": "2026-06-01T10:00:00Z"},
    )
    assert folder.load(engine).rejected == 0
    assert scalar(engine, "select reserved from stock") == 10
    # 7 × 10.005 rounded half up, and 5 + 9 less the two that were short.
    assert scalar(engine, "select used_minor from credit_account") == 7004 + 1200
    assert column(engine, "select booked from pickup_slot") == [1]
    assert (
        scalar(engine, "select count(*) from sales_order where on_account and length(pickup_code) = 6") == 2
    )
    assert (
        scalar(engine, "select times || '/' || total_quantity || '/' || last_quantity from bought")
        == "3/25/14"
    )
    assert verify(engine).findings == []


def test_more_than_is_on_hand_is_rejected_whole(engine: Engine, folder: Folder) -> None:
    folder.add("variants", sku="OTHER")
    folder.order("H-2", {**OPEN_LINE, "quantity": "60"}, **OPEN)
    folder.order("H-3", {**OPEN_LINE, "quantity": "41"}, **OPEN)
    folder.order("H-4", {**OPEN_LINE, "quantity": "40"}, **OPEN)
    folder.order("H-5", {**OPEN_LINE, "sku": "OTHER", "quantity": "1"}, **OPEN)
    folder.load(engine)
    assert column(engine, "select number from sales_order where status = 'placed' order by 1") == [
        "H-2",
        "H-4",
    ]
    assert folder.rejected("order_lines") == {
        4: "sku: only 100 on hand at CHI-01",
        6: "sku: only 0 on hand at CHI-01",
    }
    assert folder.rejected("orders") == {
        4: "order H-3 has a rejected row (order_lines.csv row 4)",
        6: "order H-5 has a rejected row (order_lines.csv row 6)",
    }
    assert verify(engine).ok


def test_lines_of_an_order_may_stand_anywhere(engine: Engine, folder: Folder) -> None:
    folder.order("H-2", {}, {})
    folder.rows["order_lines"].reverse()
    assert folder.load(engine).rejected == 0
    assert scalar(engine, "select line_count from sales_order where number = 'H-2'") == 2


def test_an_order_without_lines_is_rejected(engine: Engine, folder: Folder) -> None:
    folder.add("orders", number="H-2")
    folder.load(engine)
    assert folder.rejected("orders") == {3: "the order has no lines"}


@pytest.mark.parametrize(
    ("status", "states", "reason"),
    [
        ("placed", ["cancelled"], "status: not possible with cancelled lines only (placed)"),
        ("backordered", ["cancelled"], "status: not possible with cancelled lines only (backordered)"),
    ],
)
def test_status_and_lines_fit(
    engine: Engine, folder: Folder, status: str, states: list[str], reason: str
) -> None:
    lines = [{"state": state, "quantity_fulfilled": "0"} for state in states]
    folder.order("H-2", *lines, **{**OPEN, "status": status})
    folder.load(engine)
    assert folder.rejected("orders") == {3: reason}


def test_sums_that_no_order_reaches_are_refused(engine: Engine, folder: Folder) -> None:
    huge = {"quantity": "1000000", "quantity_fulfilled": "1000000", "unit_price": "9999999999.9999"}
    folder.order("H-2", huge)
    folder.order("H-3", *[{**huge, "unit_price": "0.0001"}] * 1001)
    folder.order("H-4", {**huge, "unit_price": "99999.99"})
    folder.load(engine)
    assert folder.rejected("orders") == {
        3: "the lines come to more than 10,000,000,000,000 of the currency's minor units",
        4: "the lines come to more than 1,000,000,000 units",
    }
    assert scalar(engine, "select total_minor from sales_order where number = 'H-4'") == 9_999_999_000_000
    assert verify(engine).ok


def test_own_numbers_move_the_numbering_and_never_back(engine: Engine, folder: Folder) -> None:
    # A sequence is no table: the test database keeps it, so the numbers follow from where it stands.
    last = int(str(scalar(engine, "select nextval('order_number_seq')")))
    folder.order(f"CP-{last + 500}")
    folder.order("CP-7")
    folder.order(f"CP-{last + 900}", currency="GBP")  # rejected, so it moves nothing
    folder.load(engine)
    assert scalar(engine, "select nextval('order_number_seq')") == last + 501
    folder.order("CP-8")
    folder.load(engine)
    assert scalar(engine, "select nextval('order_number_seq')") == last + 502


def test_passwords_of_the_file_are_first_passwords(engine: Engine, folder: Folder) -> None:
    folder.load(engine)
    stored = str(scalar(engine, "select password_hash from app_user where kind = 'customer'"))
    assert passwords.verify(stored, PASSWORD)
    chosen = HASHER.hash("a password of their own")
    with engine.begin() as connection:
        connection.execute(text("update app_user set password_hash = :hash"), {"hash": chosen})
    assert not folder.load(engine).wrote
    folder.rows["users"][0]["password_hash"] = ""
    folder.load(engine)
    assert column(engine, "select distinct password_hash from app_user") == [chosen]


def test_one_default_address(engine: Engine, folder: Folder) -> None:
    folder.rows["addresses"][0]["is_default"] = "yes"
    folder.load(engine)
    folder.rows["addresses"] = []
    folder.add("addresses", label="Yard", is_default="yes")
    folder.load(engine)
    assert column(engine, "select label from address where is_default") == ["Yard"]


def test_who_did_it_stands_in_order_event_and_touchpoint(engine: Engine, folder: Folder) -> None:
    folder.order(
        "H-2",
        placed_by_email="rep@demo.example",
        on_behalf_of_email="buyer@demo.example",
        on_behalf_reason="Called",
    )
    folder.load(engine)
    assert column(
        engine,
        "select placed_by_name || '/' || subject_name || '/' || on_behalf_reason from sales_order where number = 'H-2'",
    ) == ["Rae Pine/Renée Okonkwo/Called"]
    assert column(
        engine,
        "select distinct actor_name || '/' || on_behalf_of from order_event e join sales_order o on o.id = e.order_id "
        "where number = 'H-2' and to_state = 'placed'",
    ) == ["Rae Pine/Renée Okonkwo"]
    assert column(
        engine,
        "select actor_role || source || channel || occurred_us from touchpoint where idempotency_key = 'order_completed:H-2'",
    ) == ["sales_repimportimport1774957267000000"]


def test_each_order_is_in_its_month_of_the_log(engine: Engine, folder: Folder) -> None:
    folder.order("H-2", placed_at="1999-12-31T23:59:59Z", closed_at="2000-01-01T00:00:00Z")
    folder.load(engine)
    assert "touchpoint_y1999m12" in column(engine, "select tableoid::regclass::text from touchpoint")
    assert verify(engine).ok


def test_history_of_a_thousand_orders_comes_in_any_batches(
    engine: Engine, folder: Folder, session: Session
) -> None:
    for n in range(2_050):
        folder.order(f"B-{n * 7919 % 2_050:05d}", *([{}] * (n % 3 + 1)))
    report = folder.load(engine)
    assert report.files["orders.csv"].added == 2_051
    assert report.rejected == 0
    assert verify(engine).ok
    assert contents(engine)[9].startswith("2051 ")
