"""Orders that are over come in as they were: freight, discounts, returns, items nobody sells, people who have left."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.verification.run import verify
from tests.builders import PASSWORD
from tests.import_files import OPEN, OPEN_LINE, Folder, column, scalar
from tests.page import PageClient

FREIGHT = {"sku": "", "name": "Freight", "quantity": "1", "quantity_fulfilled": "1", "unit_price": "25.00"}
DISCOUNT = {"name": "Goodwill", "quantity": "1", "quantity_fulfilled": "1", "unit_price": "-10.00"}
RETURN = {"quantity": "-2", "quantity_fulfilled": "-2"}
RETIRED = {
    "sku": "OLD-9",
    "name": "Retired",
    "quantity": "2",
    "quantity_fulfilled": "2",
    "unit_price": "11.00",
}
PART = {"quantity": "2.5", "quantity_fulfilled": "2.5", "unit_price": "115.65"}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "files")
    folder.rows["orders"].clear()
    folder.rows["order_lines"].clear()
    return folder


def lines(engine: Engine) -> list[object]:
    return column(
        engine,
        "select concat_ws('|', line_no, sku, name, quantity, unit_price::numeric(9,2), total_minor) from order_line order by 1",
    )


def test_an_order_has_whatever_was_in_it(engine: Engine, folder: Folder) -> None:
    folder.order("H-7", {}, FREIGHT, DISCOUNT, RETURN, RETIRED, PART)
    report = folder.load(engine)
    assert (report.rejected, report.as_text) == (0, 2)
    assert lines(engine) == [
        "1|INT-300-5|Foreman 300, 5 gal|4|148.50|59400",
        "2||Freight|1|25.00|2500",
        "3|INT-300-5|Goodwill|1|-10.00|-1000",
        "4|INT-300-5|Foreman 300, 5 gal|-2|148.50|-29700",
        "5|OLD-9|Retired|2|11.00|2200",
        "6|INT-300-5|Foreman 300, 5 gal (2.5 each at 115.65)|1|289.13|28913",
    ]
    assert scalar(engine, "select total_minor from invoice") == 62_313
    assert verify(engine).findings == []
    assert not folder.load(engine).wrote


def test_more_back_than_bought_is_a_credit_memo(engine: Engine, folder: Folder) -> None:
    folder.order("H-8", RETURN, FREIGHT)
    assert folder.load(engine).rejected == 0
    assert column(engine, "select kind || total_minor from invoice") == ["credit_memo-27200"]
    assert verify(engine).findings == []


@pytest.mark.parametrize(("email", "name"), [("", "Imported"), ("left@old.example", "left@old.example")])
def test_somebody_who_has_left_may_have_ordered(
    engine: Engine, folder: Folder, email: str, name: str
) -> None:
    folder.order("H-9", placed_by_email=email)
    assert folder.load(engine).rejected == 0
    assert column(engine, "select placed_by_name || '/' || subject_name from sales_order") == [
        f"{name}/{name}"
    ]
    assert verify(engine).findings == []


def test_an_open_order_is_what_a_store_can_pick(engine: Engine, folder: Folder) -> None:
    folder.order("H-6", OPEN_LINE, {**OPEN_LINE, "sku": "", "name": "Freight"}, **OPEN)
    folder.load(engine)
    assert "sku: missing" in folder.rejected("order_lines").values()
    assert not column(engine, "select number from sales_order")


def test_its_pages_show_what_it_was_and_order_again_what_is_sold(
    engine: Engine, folder: Folder, client: PageClient
) -> None:
    folder.order("H-7", {}, FREIGHT, DISCOUNT, RETURN, RETIRED, PART)
    folder.load(engine)
    client.sign_in("buyer@demo.example", PASSWORD)
    for address in ("/orders/H-7", "/orders/H-7/slip", "/invoices/H-7", "/orders/H-7/reorder"):
        client.get(address)
        assert "Freight" in client.text, address
    assert client.get("/invoices/H-7.pdf").data.startswith(b"%PDF")
    client.get("/orders/H-7/reorder")
    client.follow(client.post("/orders/H-7/reorders", {"everything": "1"}))
    assert column(engine, "select quantity from draft_line order by position") == [5]
