"""Every reason that docs/data-formats.md names, seen in a file of rejected rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.verification.run import verify
from tests.domain.exchange.test_folder_formats import TABLES
from tests.domain.exchange.test_payments import BAD as BAD_PAYMENTS
from tests.domain.exchange.test_payments import STRAY as STRAY_PART
from tests.import_files import OPEN, OPEN_LINE, Folder, column, fingerprint

# (file, what is wrong with the good row, the reason). Keys are made unique where a row needs one of its own.
NOWHERE = "NO-SUCH"
BAD: tuple[tuple[str, dict[str, str], str], ...] = (
    ("stores", {"code": "X1", "longitude": ""}, "latitude: only one of latitude and longitude"),
    ("stores", {"code": "X2", "latitude": "91"}, "latitude: not between -90 and 90"),
    ("stores", {"code": "X3", "longitude": "181"}, "longitude: not between -180 and 180"),
    ("store_hours", {"store_code": NOWHERE}, "store_code: no such store"),
    ("store_hours", {"weekday": "1", "closes": "06:30"}, "closes: not later than opens"),
    ("store_hours", {"weekday": "8"}, "weekday: not between 1 and 7"),
    ("store_exceptions", {"store_code": NOWHERE}, "store_code: no such store"),
    ("store_exceptions", {"date": "2026-01-01", "opens": ""}, "opens: only one of opens and closes"),
    ("store_exceptions", {"date": "2026-01-02", "closes": "06:00"}, "closes: not later than opens"),
    ("colours", {"number": "X1", "hex": "blue"}, "hex: not a colour like #86AFC8"),
    (
        "products",
        {"code": "X1", "data_sheet_url": "javascript:alert(1)"},
        "data_sheet_url: not a web address",
    ),
    ("variants", {"sku": "new9"}, "sku: too like SKU of row 3"),
    ("variants", {"sku": "OLD5"}, "sku: too like SKU OLD-5"),
    ("variants", {"sku": "X1", "product_code": NOWHERE}, "product_code: no such product"),
    (
        "variants",
        {"sku": "X2", "discontinued_on": "2026-05-01", "replacement_sku": NOWHERE},
        "replacement_sku: no such variant",
    ),
    (
        "variants",
        {"sku": "X3", "discontinued_on": "2026-05-01", "replacement_sku": "X3"},
        "replacement_sku: is the variant itself",
    ),
    (
        "variants",
        {"sku": "X4", "replacement_sku": "INT-300-5"},
        "replacement_sku: the variant is not discontinued",
    ),
    ("price_lists", {"code": "OLD", "currency": "GBP"}, "currency: the price list is there with USD"),
    ("prices", {"price_list": NOWHERE}, "price_list: no such price list"),
    ("prices", {"sku": NOWHERE}, "sku: no such variant"),
    (
        "prices",
        {"min_quantity": "2", "valid_from": "2026-02-01", "valid_to": "2026-01-31"},
        "valid_to: before valid_from",
    ),
    ("companies", {"code": "X1", "parent_code": NOWHERE}, "parent_code: no such company"),
    ("companies", {"code": "X2", "parent_code": "X2"}, "parent_code: leads back to the company itself"),
    ("companies", {"code": "X3", "price_list": NOWHERE}, "price_list: no such price list"),
    ("companies", {"code": "X4", "currency": "GBP"}, "price_list: has another currency"),
    (
        "companies",
        {"code": "OLD-C", "currency": "GBP", "price_list": ""},
        "currency: the company is there with USD",
    ),
    ("companies", {"code": "X5", "home_store": NOWHERE}, "home_store: no such store"),
    ("companies", {"code": "X6", "credit_limit": "1.005"}, "credit_limit: not an amount"),
    (
        "companies",
        {"code": "X7", "currency": "JPY", "price_list": "", "credit_limit": "1.5"},
        "credit_limit: not an amount",
    ),
    ("companies", {"code": "X8", "terms": "30"}, "terms: not like net 30, 2/10 net 30, eom or eom 10"),
    ("addresses", {"company_code": NOWHERE}, "company_code: no such company"),
    ("addresses", {"label": "Second", "is_default": "yes"}, "is_default: row 3 is already the default"),
    ("users", {"email": "x1@demo.example", "language": "?"}, "language: not a language tag"),
    ("users", {"email": "x2@demo.example", "kind": "store"}, "store_code: missing"),
    (
        "users",
        {"email": "x3@demo.example", "kind": "store", "store_code": NOWHERE},
        "store_code: no such store",
    ),
    ("users", {"email": "x4@demo.example", "store_code": "CHI-01"}, "store_code: only for kind store"),
    ("users", {"email": "x5@demo.example", "password_hash": "secret"}, "password_hash: not an argon2id hash"),
    ("memberships", {"email": "x9@demo.example"}, "email: no such user"),
    ("users", {"email": "x6@demo.example", "name": "Priya Raman (sales rep)"}, "name: not a person's name"),
    ("memberships", {"email": "rep@demo.example"}, "email: not a customer"),
    ("memberships", {"company_code": NOWHERE}, "company_code: no such company"),
    ("memberships", {"company_code": "OLD-C", "order_limit": "10.001"}, "order_limit: not an amount"),
    ("rep_assignments", {"email": "x9@demo.example"}, "email: no such user"),
    ("rep_assignments", {"email": "buyer@demo.example"}, "email: not a rep"),
    ("rep_assignments", {"company_code": NOWHERE}, "company_code: no such company"),
    ("jobs", {"company_code": NOWHERE}, "company_code: no such company"),
    ("contract_prices", {"company_code": NOWHERE}, "company_code: no such company"),
    ("contract_prices", {"sku": NOWHERE}, "sku: no such variant"),
    (
        "contract_prices",
        {"min_quantity": "2", "valid_from": "2026-02-01", "valid_to": "2026-01-31"},
        "valid_to: before valid_from",
    ),
    ("part_numbers", {"company_code": NOWHERE}, "company_code: no such company"),
    ("part_numbers", {"sku": NOWHERE, "part_number": "X1"}, "sku: no such variant"),
    ("part_numbers", {"part_number": "---"}, "part_number: has neither letter nor digit"),
    ("part_numbers", {"part_number": "bs wall 5"}, "same key as row 2"),
    ("stock", {"store_code": NOWHERE}, "store_code: no such store"),
    ("stock", {"sku": NOWHERE}, "sku: no such variant"),
    (
        "stock",
        {"sku": "OLD-5", "on_hand": "a few"},
        "on_hand: not a number; no more of it is sold until there is one",
    ),
    ("tax_rates", {"percent": "101"}, "percent: not between 0 and 100"),
    ("tax_exemptions", {"company_code": NOWHERE}, "company_code: no such company"),
    ("tax_exemptions", {"valid_to": "2025-12-31"}, "valid_to: before valid_from"),
    (
        "tax_exemptions",
        {"region": "Ilinois"},
        "region: no state is called Ilinois; did you mean IL (Illinois)?",
    ),
    (
        "stores",
        {"code": "CHI-09", "region": "Ilinois"},
        "region: no state is called Ilinois; did you mean IL (Illinois)?",
    ),
    ("tax_rates", {"region": "Ilinois"}, "region: no state is called Ilinois; did you mean IL (Illinois)?"),
)
SHAPE = r"\$[\d.]+|\d+|GBP|USD|(?<=like SKU )[A-Z].*"
BELOW_ZERO = "quantity: not possible below zero with a credit"
STRAY = "order_number: no such order"
BAD_ORDERS: tuple[tuple[dict[str, str], str], ...] = (
    ({"company_code": NOWHERE}, "company_code: no such company"),
    ({"placed_at": "2026-06-02T14:00:01Z", "closed_at": ""}, "placed_at: in the future"),
    ({**OPEN, "placed_by_email": ""}, "placed_by_email: missing"),
    ({**OPEN, "placed_by_email": "x9@demo.example"}, "placed_by_email: no such user"),
    ({"placed_by_email": "rep@demo.example"}, "on_behalf_of_email: missing"),
    (
        {
            **OPEN,
            "placed_by_email": "rep@demo.example",
            "on_behalf_of_email": "x9@demo.example",
            "on_behalf_reason": "Called",
        },
        "on_behalf_of_email: no such user",
    ),
    (
        {
            "placed_by_email": "rep@demo.example",
            "on_behalf_of_email": "rep@demo.example",
            "on_behalf_reason": "Called",
        },
        "on_behalf_of_email: not a customer",
    ),
    (
        {"on_behalf_of_email": "buyer@demo.example", "on_behalf_reason": "x"},
        "on_behalf_of_email: only when placed by staff",
    ),
    (
        {"placed_by_email": "rep@demo.example", "on_behalf_of_email": "buyer@demo.example"},
        "on_behalf_reason: missing",
    ),
    ({"on_behalf_reason": "Called"}, "on_behalf_reason: only with on_behalf_of_email"),
    ({"store_code": NOWHERE}, "store_code: no such store"),
    ({"currency": "GBP"}, "currency: not the company's"),
    ({"window_start": "2026-03-31T13:00:00Z"}, "window_start: only one of window_start and window_end"),
    (
        {"window_start": "2026-03-31T13:00:00Z", "window_end": "2026-03-31T13:00:00Z"},
        "window_end: not later than window_start",
    ),
    ({**OPEN, "promised_at": ""}, "promised_at: missing"),
    ({"promised_at": "2026-03-31T06:00:00-05:00"}, "promised_at: before placed_at"),
    ({**OPEN, "status": "ready"}, "ready_at: missing"),
    ({"ready_at": "2026-03-31T06:00:00-05:00"}, "ready_at: before placed_at"),
    ({**OPEN, "status": "ready", "ready_at": "2026-06-03T09:00:00Z"}, "ready_at: in the future"),
    ({"closed_at": ""}, "closed_at: missing"),
    ({**OPEN, "closed_at": "2026-06-02T09:00:00Z"}, "closed_at: the order is not closed"),
    ({"closed_at": "2026-03-31T06:00:00-05:00"}, "closed_at: before placed_at"),
    ({"ready_at": "2026-03-31T08:22:00-05:00"}, "closed_at: before ready_at"),
    ({"closed_at": "2026-06-03T09:00:00Z"}, "closed_at: in the future"),
    (
        {"fulfilment": "delivery", "status": "delivered", "address_label": "Shop", "pickup_person": "Marcus"},
        "pickup_person: only for pickup",
    ),
    ({"fulfilment": "delivery", "status": "delivered"}, "address_label: missing"),
    (
        {"fulfilment": "delivery", "status": "delivered", "address_label": "Yard"},
        "address_label: no such address",
    ),
    ({"address_label": "Shop"}, "address_label: only for delivery"),
    ({"fulfilment": "delivery", "address_label": "Shop"}, "status: not possible with delivery"),
    ({"status": "delivered"}, "status: not possible with pickup"),
    ({"kind": "credit", **OPEN}, "status: not possible with a credit"),
    (
        {"kind": "credit", "window_start": "2026-03-31T13:00:00Z", "window_end": "2026-03-31T14:00:00Z"},
        "window_start: not possible with a credit",
    ),
    ({"exemption": "E-1"}, "exemption: no such certificate"),
)
BAD_LINES: tuple[tuple[dict[str, str], str], ...] = (
    ({"sku": "", "name": ""}, "name: missing, and so is sku"),
    (
        {"colour_number": "AM-4103", "colour_name": "Bluebird Box", "sku": "OLD-5"},
        "colour_number: the product is not tintable",
    ),
    ({"colour_number": "AM-4103"}, "colour_name: missing"),
    ({"state": "placed", "quantity_fulfilled": "0"}, "state: not possible in an order that is collected"),
    ({"quantity_fulfilled": "0"}, "quantity_fulfilled: not between 1 and 4"),
    ({"quantity_fulfilled": "5"}, "quantity_fulfilled: not between 1 and 4"),
    ({"quantity": "1e3"}, "quantity: not a count"),
    ({"unit_price": "NaN"}, "unit_price: not an amount"),
    ({"tax_percent": "101"}, "tax_percent: not between 0 and 100"),
    ({"quantity": "0"}, "quantity: not between 1 and 1000000"),
    ({"quantity": "-2", "quantity_fulfilled": "2"}, "quantity_fulfilled: not -2"),
    ({"quantity": "2.5", "quantity_fulfilled": "2"}, "quantity_fulfilled: not 2.5"),
)
# Of orders that somebody still has to pick.
BAD_OPEN_LINES: tuple[tuple[dict[str, str], str], ...] = (
    ({"sku": NOWHERE}, "sku: no such variant"),
    ({"sku": "", "name": "Freight"}, "sku: missing"),
    ({"quantity": "2.5"}, "quantity: not between 1 and 1000000"),
    ({"quantity": "-1"}, "quantity: not between 1 and 1000000"),
    ({"unit_price": "-1"}, "unit_price: not possible below zero in an open order"),
)


@pytest.fixture
def folder(engine: Engine, tmp_path: Path) -> Folder:
    """A folder beside a database that knows OLD, OLD-C and OLD-5, of which 4 are set aside."""
    old = Folder(tmp_path / "old")
    old.add("price_lists", code="OLD")
    old.add("companies", code="OLD-C")
    old.add("products", code="OLD-P", tintable="no")
    old.add("variants", sku="OLD-5", product_code="OLD-P")
    old.add("stock", sku="OLD-5", on_hand="5")
    old.rows["orders"].clear()
    old.rows["order_lines"].clear()
    old.order("OLD-1", {**OPEN_LINE, "sku": "OLD-5", "quantity": "4"}, **OPEN)
    assert old.load(engine).rejected == 0
    return Folder(tmp_path / "files")


def with_bad_rows(folder: Folder) -> Folder:
    folder.add("addresses", label="First", is_default="yes")
    folder.add("variants", sku="NEW-9")
    for file, fields, _ in BAD:
        folder.add(file, **fields)
    for n, (fields, _) in enumerate(BAD_ORDERS):
        folder.order(f"O-{n}", {"state": fields.get("status", "collected")}, **fields)
    for n, (fields, _) in enumerate(BAD_LINES):
        folder.order(f"L-{n}", {}, fields)
    for n, (fields, _) in enumerate(BAD_OPEN_LINES):
        folder.order(f"P-{n}", OPEN_LINE, {**OPEN_LINE, **fields}, **OPEN)
    folder.order("C-0", {}, {"quantity": "-1", "quantity_fulfilled": "-1"}, kind="credit")
    return folder


def test_every_reason_is_told_and_nothing_bad_gets_in(engine: Engine, folder: Folder) -> None:
    with_bad_rows(folder).add("order_lines", order_number="NOBODY")
    folder.load(engine)
    told: dict[str, list[str]] = {}
    for file, _, reason in BAD:
        told.setdefault(file, []).append(reason)
    for file, reasons in told.items():
        assert list(folder.rejected(file).values()) == reasons, file
    by_number = {row["number"]: row["reason"] for row in folder.rejected_rows("orders")}
    for n, (_, reason) in enumerate(BAD_ORDERS):
        assert reason in by_number[f"O-{n}"].split("; "), f"O-{n}: {by_number[f'O-{n}']}"
    lines = folder.rejected_rows("order_lines")
    bad_lines = {f"L-{n}": reason for n, (_, reason) in enumerate(BAD_LINES)}
    bad_lines |= {f"P-{n}": reason for n, (_, reason) in enumerate(BAD_OPEN_LINES)} | {"C-0": BELOW_ZERO}
    for number, reason in bad_lines.items():
        first, second = (line for line in lines if line["order_number"] == number)
        assert second["reason"] == reason
        assert first["reason"] == f"order {number} has a rejected row (order_lines.csv row {second['row']})"
        assert by_number[number] == first["reason"]
    assert lines[0]["reason"] == STRAY
    for sql, there in (
        ("select code from store order by 1", ["CHI-01"]),
        ("select number from colour", ["AM-4103"]),
        ("select code from product order by 1", ["INT-300", "OLD-P"]),
        ("select sku from variant order by 1", ["INT-300-5", "NEW-9", "OLD-5"]),
        ("select code || currency from price_list order by 1", ["OLDUSD", "TRADEUSD"]),
        ("select count(*) from list_price", [1]),
        ("select code || currency from company order by 1", ["C1USD", "OLD-CUSD"]),
        ("select label from address order by 1", ["First", "Shop"]),
        ("select email from app_user order by 1", ["buyer@demo.example", "rep@demo.example"]),
        ("select count(*) from membership", [1]),
        ("select on_hand from stock order by 1", [4, 100]),
        ("select number from sales_order order by 1", ["H-1", "OLD-1"]),
        ("select count(*) from order_line", [2]),
    ):
        assert column(engine, sql) == there, sql
    assert verify(engine).ok


def test_every_reason_of_the_page_is_tested_here() -> None:
    tested = {(f"{file}.csv", reason) for file, _, reason in BAD}
    tested |= {("orders.csv", reason) for _, reason in BAD_ORDERS}
    tested |= {("order_lines.csv", reason) for _, reason in (*BAD_LINES, *BAD_OPEN_LINES)}
    tested |= {("order_lines.csv", STRAY), ("order_lines.csv", BELOW_ZERO)}
    tested |= {
        ("payments.csv" if payment else "payment_allocations.csv", reason)
        for payment, _, reason in BAD_PAYMENTS
    }
    tested.add(("payment_allocations.csv", STRAY_PART))
    # Needs a company that is there already: tests/domain/accounts/test_imported_people.py.
    tested.add(("memberships.csv", "role: the company's last administrator"))
    shapes = {(file, re.sub(SHAPE, "N", reason)) for file, reason in tested}
    for table in TABLES:
        for reason in table.reasons:
            shape = re.sub(SHAPE, "N", reason)
            assert (table.file, shape) in shapes, f"{table.id}: {reason}"


def test_corrected_rejects_can_be_imported_as_they_are(
    engine: Engine, folder: Folder, tmp_path: Path
) -> None:
    folder.add("colours", number="AM-1", name='Say "hi",\u00e9', hex="blue")
    folder.order("H-2", {}, {"unit_price": "?"}, po_number="=1+1")
    folder.load(engine)
    again = Folder(tmp_path / "again", empty=True)
    for file in ("colours", "orders", "order_lines"):
        rows = folder.rejected_rows(file)
        again.rows[file] = [{k: v for k, v in row.items() if k not in {"row", "reason"}} for row in rows]
    again.rows["colours"][0]["hex"] = "#000000"
    again.rows["order_lines"][1]["unit_price"] = "2"
    assert again.load(engine).rejected == 0
    assert column(engine, "select name from colour where number = 'AM-1'") == ['Say "hi",\u00e9']
    assert column(engine, "select po_number from sales_order where number = 'H-2'") == ["=1+1"]


def test_what_refers_to_a_rejected_row_is_rejected_too(engine: Engine, folder: Folder) -> None:
    folder.add("companies", code="P1", currency="dollar")  # parent and child, and what hangs on them
    folder.add("companies", code="P2", parent_code="P1")
    folder.add("companies", code="P3", parent_code="P2")
    folder.add("jobs", company_code="P3")
    folder.add("users", email="bad", kind="customer")
    folder.add("memberships", email="bad", company_code="P2")
    folder.order("H-2", company_code="P3")
    folder.load(engine)
    assert list(folder.rejected("companies").values()) == [
        "currency: not a currency",
        "parent_code: no such company",
        "parent_code: no such company",
    ]
    assert list(folder.rejected("jobs").values()) == ["company_code: no such company"]
    assert list(folder.rejected("memberships").values()) == [
        "email: not an email; company_code: no such company"
    ]
    assert [row["reason"] for row in folder.rejected_rows("orders")] == ["company_code: no such company"]


def test_rows_refer_to_rows_further_down(engine: Engine, folder: Folder) -> None:
    folder.rows["companies"].insert(0, {**folder.rows["companies"][0], "code": "CHILD", "parent_code": "C1"})
    folder.rows["variants"].insert(
        0,
        {
            **folder.rows["variants"][0],
            "sku": "INT-1",
            "replacement_sku": "INT-300-5",
            "discontinued_on": "2026-05-01",
        },
    )
    assert folder.load(engine).rejected == 0
    assert column(
        engine, "select p.code from company c join company p on p.id = c.parent_id where c.code = 'CHILD'"
    ) == ["C1"]
    assert column(
        engine, "select r.sku from variant v join variant r on r.id = v.replacement_id where v.sku = 'INT-1'"
    ) == ["INT-300-5"]


def test_companies_do_not_become_their_own_ancestors_in_two_runs(engine: Engine, folder: Folder) -> None:
    folder.add("companies", code="A", parent_code="C1")
    assert folder.load(engine).rejected == 0
    folder.only("companies").rows["companies"] = [{**folder.rows["companies"][0], "parent_code": "A"}]
    folder.load(engine)
    assert folder.rejected("companies") == {2: "parent_code: leads back to the company itself"}


def test_the_same_key_twice_counts_once(engine: Engine, folder: Folder) -> None:
    for file in list(folder.rows):
        if file not in {"orders", "order_lines"}:
            folder.rows[file].append(dict(folder.rows[file][0]))
    folder.add("orders")
    folder.add("order_lines")
    folder.load(engine)
    for file, rows in folder.rows.items():
        reasons = list(folder.rejected(file).values())
        if file == "order_lines":
            assert reasons == ["order H-1 has a rejected row (order_lines.csv row 3)", "same key as row 2"]
        elif file == "orders":
            assert "same key as row 2" in reasons
        else:
            assert reasons == ["same key as row 2"], (file, len(rows))


def test_a_second_run_with_bad_rows_changes_nothing(engine: Engine, folder: Folder) -> None:
    with_bad_rows(folder).load(engine)
    before = fingerprint(engine)
    report = folder.load(engine)
    assert not report.wrote
    assert fingerprint(engine) == before
