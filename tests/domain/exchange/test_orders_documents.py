"""What was ordered in another system comes with its invoices and credit memos, in the books."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from portal.exchange.folder import import_folder
from portal.intake.progress import quiet
from portal.intake.report import Report
from portal.verification.run import verify
from tests.breaking.broken_rows import damage
from tests.import_files import NOW, OPEN, OPEN_LINE, Folder, column, fingerprint, scalar


def row(engine: Engine, sql: str) -> tuple[object, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(text(sql)).one())


def test_a_completed_order_has_its_invoice_and_is_settled(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.rows["orders"][0].update(po_number="PO-88121", job="Lincoln Elementary")
    assert folder.load(engine).rejected == 0
    assert row(
        engine,
        "select number, kind, source, order_number, issued_on, due_on, terms_words, net_minor, tax_minor, total_minor, "
        "open_minor, settled_at = issued_at, po_number, job_name, bill_to->>'name', ship_to->>'recipient', "
        "ship_to->'picked_up' from invoice",
    ) == (
        "H-1",
        "invoice",
        "import",
        "H-1",
        date(2026, 3, 31),
        date(2026, 4, 30),
        "Net 30",
        59_400,
        0,
        59_400,
        0,
        True,
        "PO-88121",
        "Lincoln Elementary",
        "Bluestem Painting",
        "Chicago West Loop",
        True,
    )
    assert row(
        engine, "select sku, name, quantity, unit_price::text, net_minor, order_line_no from invoice_line"
    ) == ("INT-300-5", "Foreman 300, 5 gal", 4, "148.5000", 59_400, 1)
    assert column(
        engine,
        "select t.posting_key || ' ' || e.account || ' ' || e.amount_minor from ledger_entry e "
        "join ledger_transaction t on t.id = e.transaction_id order by t.id, e.line_no",
    ) == [
        "invoice:H-1 receivable 59400",
        "invoice:H-1 sales -59400",
        "opening:H-1 opening 59400",
        "opening:H-1 receivable -59400",
    ]
    assert scalar(engine, "select used_minor from credit_account") == 0


def test_what_is_open_has_no_invoice_yet(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.order("H-2", OPEN_LINE, **OPEN)
    folder.order("H-3", {"state": "cancelled", "quantity_fulfilled": "0"}, status="cancelled")
    folder.load(engine)
    assert column(engine, "select number from invoice") == ["H-1"]
    assert scalar(engine, "select used_minor from credit_account") == 59_400


def test_only_what_was_handed_over_is_charged(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    short = {"quantity_fulfilled": "3", "unit_price": "0.335", "tax_percent": "10"}
    none = {"state": "cancelled", "quantity_fulfilled": "0"}
    folder.order("H-2", short, none)
    assert folder.load(engine).rejected == 0
    assert row(engine, "select net_minor, tax_minor, total_minor from invoice where number = 'H-2'") == (
        101,
        10,
        111,
    )
    assert column(engine, "select quantity from invoice_line where unit_price < 1") == [3]
    assert column(engine, "select quantity_invoiced from order_line order by order_id, line_no") == [4, 3, 0]
    assert verify(engine).findings == []


@pytest.mark.parametrize(
    ("since", "open_numbers"),
    [
        (date(2026, 3, 31), ["H-1", "H-2", "H-5"]),
        (date(2026, 4, 1), ["H-2", "H-5"]),
        (date(2026, 5, 2), ["H-5"]),
    ],
)
def test_documents_since_a_day_stay_open(
    engine: Engine, tmp_path: Path, since: date, open_numbers: list[str]
) -> None:
    """Days are those of the store; what the file says of an order itself goes before."""
    folder = Folder(tmp_path / "files")
    folder.order(
        "H-2", placed_at="2026-05-01T06:00:00Z", closed_at="2026-05-02T04:59:59Z"
    )  # May 1 in Chicago
    folder.order("H-4", paid="yes", closed_at="2026-05-31T12:00:00Z")
    folder.order("H-5", paid="no")
    load(folder, engine, since)
    assert (
        column(engine, "select number from invoice where open_minor = total_minor order by 1") == open_numbers
    )
    assert column(engine, "select number from invoice where settled_at is null order by 1") == open_numbers
    assert scalar(engine, "select used_minor from credit_account") == 59_400 * len(open_numbers)
    assert verify(engine).findings == []


def load(folder: Folder, engine: Engine, since: date) -> Report:
    return import_folder(engine, folder.write(), NOW, quiet, unpaid_since=since)


def test_a_credit_is_written_above_zero_and_becomes_a_credit_memo(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.order(
        "K-1", {"quantity": "1", "quantity_fulfilled": "1", "tax_percent": "8"}, kind="credit", paid="no"
    )
    assert folder.load(engine).rejected == 0
    assert row(
        engine,
        "select kind, reason, total_minor, open_minor, due_on - issued_on from invoice where number = 'K-1'",
    ) == ("credit_memo", "Imported credit", -16_038, -16_038, 0)
    assert scalar(engine, "select used_minor from credit_account") == -16_038
    assert (
        scalar(engine, "select kind || total_minor from sales_order where number = 'K-1'") == "credit-16038"
    )
    assert scalar(engine, "select sum(times) from bought") == 1  # credits are not bought
    assert verify(engine).findings == []


@pytest.mark.parametrize(
    ("fields", "line", "reason"),
    [
        ({"kind": "credit", **OPEN}, OPEN_LINE, "status: not possible with a credit"),
        ({"kind": "gift"}, {}, "kind: not one of order, credit"),
        ({"exemption": "X-1"}, {}, "exemption: no such certificate"),
        ({"paid": "perhaps"}, {}, "paid: not one of yes, no"),
    ],
)
def test_orders_that_cannot_be_charged_are_rejected(
    engine: Engine, tmp_path: Path, fields: dict[str, str], line: dict[str, str], reason: str
) -> None:
    folder = Folder(tmp_path / "files")
    folder.order("X-1", line, **fields)
    folder.load(engine)
    assert reason in folder.rejected("orders")[3]
    assert column(engine, "select number from invoice") == ["H-1"]


def test_terms_tax_rates_and_certificates_come_in(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.rows["companies"][0].update(terms="2/10 net 45", invoice_per="order", reminders="no")
    folder.add("companies", code="C2", terms="eom 10")
    folder.add("tax_rates")
    folder.add("tax_exemptions")
    folder.order("H-2", tax_region="IL", exemption="E-1234", paid="no")
    assert folder.load(engine).rejected == 0
    assert row(
        engine,
        "select kind, days, discount_bp, discount_days, invoice_per, remind from payment_terms where days = 45",
    ) == ("net", 45, 200, 10, "order", False)
    assert row(engine, "select kind, days, remind from payment_terms where days = 10") == ("eom", 10, True)
    assert row(engine, "select region, share::text, valid_from from tax_rate") == (
        "IL",
        "0.10250",
        date(2020, 1, 1),
    )
    assert row(
        engine,
        "select due_on - issued_on, terms_words, discount_until - issued_on, discount_minor, "
        "exemption->>'certificate_number', exemption->>'valid_to' from invoice where number = 'H-2'",
    ) == (45, "2/10 net 45", 10, 1_188, "E-1234", "2027-12-31")
    before = fingerprint(engine)
    assert not folder.load(engine).wrote
    assert fingerprint(engine) == before


def test_a_certificate_in_a_file_is_the_sellers_yes(engine: Engine, tmp_path: Path) -> None:
    """Also to one that a customer added and nobody has looked at; what was refused stays so. Seen failing without the
    update: the company went on paying tax that its seller's own system had taken off."""
    folder = Folder(tmp_path / "files")
    folder.add("tax_exemptions")
    folder.load(engine)
    said = "select state, counts_from is not null, ended_at is null from tax_exemption"
    assert row(engine, said) == ("accepted", True, True)
    with engine.begin() as connection:
        connection.exec_driver_sql("update tax_exemption set state = 'waiting', counts_from = null")
    assert folder.load(engine).files["tax_exemptions.csv"].changed == 1
    assert row(engine, said) == ("accepted", True, True)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update tax_exemption set state = 'refused', decision_note = 'x', ended_at = now()"
        )
    assert not folder.load(engine).wrote
    assert row(engine, said) == ("refused", True, False)


def test_a_certificate_that_no_rate_knows_is_rejected(engine: Engine, tmp_path: Path) -> None:
    """Where there are rates. Seen failing before: it was in the list, valid, and never applied."""
    folder = Folder(tmp_path / "files")
    folder.add("tax_rates")
    folder.add("tax_exemptions")
    folder.add("tax_exemptions", region="Vermont")
    folder.load(engine)
    assert folder.rejected("tax_exemptions") == {
        3: "region: no tax rate of it, so the certificate would never apply"
    }


@pytest.mark.parametrize("words", ["30", "net", "2/10", "net 400", "eom-10", "120/10 net 30", "60/10 net 30"])
def test_terms_that_nobody_writes_are_rejected(engine: Engine, tmp_path: Path, words: str) -> None:
    folder = Folder(tmp_path / "files").only("price_lists", "stores", "companies")
    folder.rows["companies"][0]["terms"] = words
    folder.load(engine)
    assert folder.rejected("companies") == {2: "terms: not like net 30, 2/10 net 30, eom or eom 10"}


def test_a_number_that_is_taken_or_of_our_own_form_is_told_apart(engine: Engine, tmp_path: Path) -> None:
    """Otherwise an invoice of ours would one day have the number of an imported one."""
    folder = Folder(tmp_path / "files")
    folder.order("INV-100001")
    folder.load(engine)
    damage(
        engine,
        "update invoice set number = 'H-2' where number = 'H-1'; "
        "update ledger_transaction set posting_key = replace(posting_key, ':H-1', ':H-2')",
    )
    folder.order("H-2")
    folder.load(engine)
    ids = column(engine, "select id from sales_order where number <> 'H-1' order by id")
    assert column(engine, "select number from invoice order by order_id") == [
        "H-2",
        f"INV-100001~{ids[0]}",
        f"H-2~{ids[1]}",
    ]
    assert verify(engine).findings == []


def test_the_database_refuses_a_second_document_for_an_order(engine: Engine, tmp_path: Path) -> None:
    Folder(tmp_path / "files").load(engine)
    again = 'insert into invoice select (jsonb_populate_record(i, \'{"id": -1, "number": "Z"}\')).* from invoice i'
    with pytest.raises(IntegrityError, match="issue_key"), engine.begin() as connection:
        connection.execute(text(again.replace(":", r"\:")))


def test_a_batch_takes_the_same_statements_for_any_number_of_orders(
    engine: Engine, tmp_path: Path, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for n in (2, 60):
        folder = Folder(tmp_path / str(n))
        for k in range(n):
            folder.order(f"B-{n}-{k}", {}, {"quantity_fulfilled": "3"})
        with statements() as heard:
            assert folder.load(engine).rejected == 0
        counts.append(len(heard))
    assert counts[0] == counts[1]
