"""What docs/data-formats.md asks of rows and of rows that belong together holds in the whole demo."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import argon2
import pytest

from sandbox.demo.customers.people import PHRASE
from sandbox.demo.world import build
from sandbox.demo.write import write

TODAY = date(2026, 11, 22)
DOC = Path(__file__).parents[2] / "docs" / "data-formats.md"
Rows = list[dict[str, str]]
Files = dict[str, Rows]

# file, column, file and column that it leads to
REFERENCES = (
    ("store_hours", "store_code", "stores", "code"),
    ("store_exceptions", "store_code", "stores", "code"),
    ("variants", "product_code", "products", "code"),
    ("variants", "replacement_sku", "variants", "sku"),
    ("prices", "price_list", "price_lists", "code"),
    ("prices", "sku", "variants", "sku"),
    ("companies", "parent_code", "companies", "code"),
    ("companies", "price_list", "price_lists", "code"),
    ("companies", "home_store", "stores", "code"),
    ("addresses", "company_code", "companies", "code"),
    ("users", "store_code", "stores", "code"),
    ("memberships", "email", "users", "email"),
    ("memberships", "company_code", "companies", "code"),
    ("rep_assignments", "email", "users", "email"),
    ("rep_assignments", "company_code", "companies", "code"),
    ("jobs", "company_code", "companies", "code"),
    ("contract_prices", "company_code", "companies", "code"),
    ("contract_prices", "sku", "variants", "sku"),
    ("part_numbers", "company_code", "companies", "code"),
    ("part_numbers", "sku", "variants", "sku"),
    ("stock", "store_code", "stores", "code"),
    ("stock", "sku", "variants", "sku"),
    ("orders", "company_code", "companies", "code"),
    ("orders", "placed_by_email", "users", "email"),
    ("orders", "on_behalf_of_email", "users", "email"),
    ("orders", "store_code", "stores", "code"),
    ("orders", "exemption", "tax_exemptions", "certificate_number"),
    ("tax_exemptions", "company_code", "companies", "code"),
    ("payments", "company_code", "companies", "code"),
    ("payment_allocations", "payment_number", "payments", "number"),
    ("payment_allocations", "invoice_number", "orders", "number"),
    ("order_lines", "order_number", "orders", "number"),
    ("order_lines", "sku", "variants", "sku"),
)


@pytest.fixture(scope="module", params=["full", "small"])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("demo")
    counts = write(build(TODAY, seed=1, scale=request.param), folder)
    files = {}
    for name, count in counts.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            files[name] = list(csv.DictReader(file))
        assert len(files[name]) == count
    return files


def test_every_reference_leads_somewhere(files: Files) -> None:
    for name, column, target, key in REFERENCES:
        known = {row[key] for row in files[target]}
        lost = {row[column] for row in files[name] if row[column]} - known
        assert not lost, f"{name}.{column}: {sorted(lost)[:5]}"


def test_keys_are_unique(files: Files) -> None:
    text = DOC.read_text(encoding="utf-8")
    for name, rows in files.items():
        line = re.search(rf"### `{name}\.csv`\n\nKey: ([^.]+)\.", text)
        assert line, name
        key = re.findall(r"`(\w+)`", line[1])
        twice = [k for k, n in Counter(tuple(row[c] for c in key) for row in rows).items() if n > 1]
        assert not twice, f"{name}: {twice[:5]}"
    loose = Counter(re.sub(r"[-_./]", "", row["sku"]).upper() for row in files["variants"])
    assert max(loose.values()) == 1


def test_limits_of_the_page(files: Files) -> None:
    """Every `text, N` and `code, N` of the page, and its lists of words."""
    text = DOC.read_text(encoding="utf-8")
    for name, rows in files.items():
        section = text.split(f"### `{name}.csv`")[1].split("\n### ")[0]
        for column, kind, limit in re.findall(r"\| `(\w+)` \| [^|]+ \| (text|code), (\d+)", section):
            for row in rows:
                assert len(row[column]) <= int(limit), f"{name}.{column}: {row[column]}"
                assert kind != "code" or re.fullmatch(r"[\w./-]+", row[column], re.ASCII), row[column]


def test_people_have_the_kind_that_their_rows_need(files: Files) -> None:
    kind = {row["email"]: row["kind"] for row in files["users"]}
    assert all(kind[row["email"]] == "customer" for row in files["memberships"])
    assert all(kind[row["email"]] == "rep" for row in files["rep_assignments"])
    for row in files["users"]:
        assert bool(row["store_code"]) == (row["kind"] == "store"), row["email"]
        assert row["email"] == row["email"].lower()
        assert ZoneInfo(row["time_zone"])
        assert "555-01" in row["phone"]
    hashes = {row["password_hash"] for row in files["users"]}
    assert all(argon2.PasswordHasher().verify(each, PHRASE) for each in hashes)


def test_addresses_have_one_default_and_parents_have_no_circle(files: Files) -> None:
    defaults = Counter(row["company_code"] for row in files["addresses"] if row["is_default"] == "yes")
    assert set(defaults.values()) == {1}
    parents = {row["code"]: row["parent_code"] for row in files["companies"]}
    for code in parents:
        seen = {code}
        while code := parents[code]:
            assert code not in seen
            seen.add(code)


def test_prices_and_dates_make_sense(files: Files) -> None:
    for name in ("prices", "contract_prices"):
        for row in files[name]:
            assert re.fullmatch(r"\d+\.\d{1,4}", row["unit_price"]), row
            assert Decimal(row["unit_price"]) > 0
            assert not row["valid_to"] or not row["valid_from"] or row["valid_from"] <= row["valid_to"]
    for row in files["variants"]:
        assert not row["replacement_sku"] or (row["discontinued_on"] and row["replacement_sku"] != row["sku"])
    for name in ("store_hours", "store_exceptions"):
        assert all(bool(row["opens"]) == bool(row["closes"]) for row in files[name])
        assert all(row["opens"] < row["closes"] for row in files[name] if row["opens"])


def orders_with_lines(files: Files) -> Iterator[tuple[dict[str, str], Rows]]:
    lines: dict[str, Rows] = defaultdict(list)
    for row in files["order_lines"]:
        lines[row["order_number"]].append(row)
    for order in files["orders"]:
        yield order, lines[order["number"]]


def test_orders_say_who_placed_them(files: Files) -> None:
    kind = {row["email"]: row["kind"] for row in files["users"]}
    members = {(row["email"], row["company_code"]) for row in files["memberships"]}
    reps = {(row["email"], row["company_code"]) for row in files["rep_assignments"]}
    silent = {row["code"] for row in files["companies"] if row["acting_consent"] == "no"}
    for order in files["orders"]:
        who, company = order["placed_by_email"], order["company_code"]
        staff = kind[who] != "customer"
        assert bool(order["on_behalf_of_email"]) == bool(order["on_behalf_reason"]) == staff
        assert (order["on_behalf_of_email"] or who, company) in members
        assert kind[who] != "rep" or (who, company) in reps
        assert not (staff and company in silent)


def test_orders_follow_the_rules_of_their_company(files: Files) -> None:
    mode = {row["code"]: row["po_mode"] for row in files["companies"]}
    addresses = {(row["company_code"], row["label"]) for row in files["addresses"]}
    for order in files["orders"]:
        company = order["company_code"]
        assert mode[company] == "free" or order["po_number"]
        assert mode[company] != "list" or order["job"]
        if order["fulfilment"] == "delivery":
            assert (company, order["address_label"]) in addresses
            assert not order["pickup_person"]
        else:
            assert not order["address_label"]


def test_times_of_orders_are_in_order_and_not_in_the_future(files: Files) -> None:
    now = datetime.combine(TODAY, datetime.min.time(), UTC)
    closed = {"collected", "delivered", "cancelled"}
    for order in files["orders"]:
        times = {
            column: order[column] and moment(order[column]) for column in order if column.endswith("_at")
        }
        placed, ready, closing = times["placed_at"], times["ready_at"], times["closed_at"]
        assert placed <= now, order
        assert not ready or placed <= ready <= now, order
        assert bool(closing) == (order["status"] in closed), order
        assert not closing or (ready or placed) <= closing <= now, order
        assert not times["promised_at"] or times["promised_at"] >= placed, order
        if order["status"] in ("placed", "accepted", "picking", "ready", "out"):
            assert times["promised_at"], order
        assert order["status"] != "ready" or ready
        assert bool(order["window_start"]) == bool(order["window_end"])
        assert not order["window_start"] or order["window_start"] < order["window_end"]


def moment(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    assert parsed.tzinfo is not None
    return parsed


def test_states_are_among_those_of_the_page(files: Files) -> None:
    section = DOC.read_text(encoding="utf-8").split("### States")[1]
    table = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \| (.+) \|$", section, re.MULTILINE)
    allowed = {status: (how, set(re.findall(r"`(\w+)`", states))) for status, how, states in table}
    assert len(allowed) == 9
    for order, lines in orders_with_lines(files):
        how, states = allowed[order["status"]]
        found = {line["state"] for line in lines}
        assert order["fulfilment"] in how
        assert found
        assert found <= states, order
        assert order["status"] == "cancelled" or found != {"cancelled"}
        assert order["status"] != "backordered" or "backordered" in found


def test_quantities_agree_with_states(files: Files) -> None:
    for line in files["order_lines"]:
        quantity, done = int(line["quantity"]), int(line["quantity_fulfilled"])
        match line["state"]:
            case "ready" | "out" | "collected" | "delivered":
                assert 1 <= done <= quantity, line
            case "backordered":
                assert 0 <= done < quantity, line
            case _:
                assert done == 0, line


def test_goods_in_packs_are_sold_in_packs(files: Files) -> None:
    pack = {row["sku"]: int(row["pack_size"]) for row in files["variants"]}
    assert max(pack.values()) > 1
    assert not [line for line in files["order_lines"] if int(line["quantity"]) % pack[line["sku"]]]


def test_only_tintable_goods_have_a_color_from_the_deck(files: Files) -> None:
    tintable = {row["code"] for row in files["products"] if row["tintable"] == "yes"}
    product = {row["sku"]: row["product_code"] for row in files["variants"]}
    deck = {row["number"]: row["name"] for row in files["colours"]}
    for line in files["order_lines"]:
        assert bool(line["colour_number"]) == bool(line["colour_name"])
        if line["colour_number"]:
            assert product[line["sku"]] in tintable
            assert deck[line["colour_number"]] == line["colour_name"]


def test_stock_covers_what_live_orders_hold(files: Files) -> None:
    held: Counter[tuple[str, str]] = Counter()
    for order, lines in orders_with_lines(files):
        for line in lines:
            if line["state"] in ("placed", "accepted", "picking", "tinting"):
                held[order["store_code"], line["sku"]] += int(line["quantity"])
            elif line["state"] == "ready":
                held[order["store_code"], line["sku"]] += int(line["quantity_fulfilled"])
    on_hand = {(row["store_code"], row["sku"]): int(row["on_hand"]) for row in files["stock"]}
    assert len(on_hand) == len(files["stores"]) * len(files["variants"])
    assert held
    assert not [key for key, units in held.items() if on_hand[key] < units]


def test_pickup_windows_are_not_overbooked(files: Files) -> None:
    capacity = {row["code"]: int(row["window_capacity"]) for row in files["stores"]}
    taken = Counter(
        (order["store_code"], order["window_start"])
        for order in files["orders"]
        if order["window_start"] and order["status"] in ("placed", "accepted", "picking", "ready")
    )
    assert all(count <= capacity[store] for (store, _), count in taken.items())


def test_sold_prices_are_those_of_the_day(files: Files) -> None:
    """Each line of the last two months carries its contract's price, or else that of the price list."""
    tier = {row["code"]: row["price_list"] for row in files["companies"]}
    lists, contracts = defaultdict(list), defaultdict(list)
    for row in files["prices"]:
        lists[row["price_list"], row["sku"]].append(row)
    for row in files["contract_prices"]:
        contracts[row["company_code"], row["sku"]].append(row)
    for order, lines in orders_with_lines(files):
        day = order["placed_at"][:10]
        if day < "2026-09-22" or order["kind"] == "credit":  # given back at the price at which it was sold
            continue
        for line in lines:
            quantity, company = int(line["quantity"]), order["company_code"]
            prices = in_force(contracts[company, line["sku"]], quantity, day)
            prices = prices or in_force(lists[tier[company], line["sku"]], quantity, day)
            assert Decimal(line["unit_price"]) == min(prices), (order, line)


def in_force(rows: Rows, quantity: int, day: str) -> list[Decimal]:
    return [
        Decimal(row["unit_price"])
        for row in rows
        if int(row["min_quantity"]) <= quantity
        and (row["valid_from"] or "0") <= day <= (row["valid_to"] or "9")
    ]
