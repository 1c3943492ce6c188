"""The whole file of a wholesaler's real orders. Not part of this repository: docs/real-orders.md says where it is from."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from portal.exchange.online_retail.preset import import_online_retail
from portal.intake.source import BadFile
from portal.verification.run import Verdict, verify
from tests.conftest import WIPE
from tests.import_files import column, fingerprint, scalar

NAME = "online-retail/online-retail-2010-2011.csv.gz"
DATA = Path(os.environ.get("COUNTERPART_DATA", Path(__file__).parents[4] / "shared" / "data"))
FILE = DATA / NAME
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

real = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not FILE.exists(), reason=f"no {NAME} in ../shared/data; set COUNTERPART_DATA to its folder"
    ),
]


@pytest.fixture(scope="class")
def imported(shared_engine: Engine) -> Iterator[Engine]:
    """The whole file, imported once for all tests of the class, into this process's database."""
    report = import_online_retail(shared_engine, FILE)
    assert report.rejected == 0
    assert (report.files["lines"].added, report.files["invoices"].added) == (541_909, 25_900)
    yield shared_engine
    with shared_engine.begin() as connection:
        connection.exec_driver_sql(WIPE)


@pytest.fixture(scope="class")
def verdict(imported: Engine) -> Verdict:
    return verify(imported)


class TestWholeFile:
    """Counts, sums, oddities, and that nothing is lost or twice."""

    pytestmark = real

    def test_counts(self, imported: Engine, verdict: Verdict) -> None:
        assert verdict.findings == []
        expected = {
            "order_lines": 541_909,
            "orders": 25_900,
            "credits": 3_836,
            "adjustments": 3,
            "variants": 4_070,
            "companies": 4_372 + 1,
            "order_lines_without_customer": 135_080,
            "touchpoints": 25_900,
            "invoices": 22_062,
            "credit_memos": 3_838,
            "payments": 0,
        }
        assert {name: verdict.counts[name] for name in expected} == expected

    def test_sums_to_the_penny(self, verdict: Verdict) -> None:
        said = verdict.as_json()
        assert said["ok"] is True
        assert said["sums"] == {
            "GBP": {
                "orders_minor": 974_774_793,
                "orders_with_customer_minor": 830_006_581,
                "documents_minor": 974_774_793,
                "documents_with_customer_minor": 830_006_581,
                "open_minor": 0,
                "receivable_minor": 0,
            }
        }
        assert said["largest_companies"][0] == {
            "company": "14646",
            "currency": "GBP",
            "orders": 77,
            "orders_minor": 27_948_902,
        }

    def test_the_books_balance_to_the_same_sums(self, imported: Engine) -> None:
        """What was charged by invoices and credit memos, and what settled it, is what the orders came to."""
        with imported.connect() as connection:
            posted: dict[str, int] = dict(
                connection.execute(
                    text(
                        "select t.kind || ' ' || e.account, sum(e.amount_minor) from ledger_entry e "
                        "join ledger_transaction t on t.id = e.transaction_id group by t.kind, e.account"
                    )
                ).all()  # type: ignore[arg-type]
            )
        charged = posted["invoice receivable"] + posted["credit_memo receivable"]
        assert charged == 974_774_793 == -posted["opening receivable"] == posted["opening opening"]
        assert posted["invoice sales"] + posted["credit_memo sales"] == -974_774_793
        assert len(posted) == 6
        assert scalar(imported, "select sum(total_minor) from invoice") == 974_774_793
        customers = "from invoice i join company c on c.id = i.company_id where c.code"
        assert scalar(imported, f"select sum(i.total_minor) {customers} <> 'COUNTER-SALES'") == 830_006_581
        assert scalar(imported, f"select sum(i.total_minor) {customers} = '14646'") == 27_948_902

    def test_every_document_is_settled_so_nobody_is_reminded(self, imported: Engine) -> None:
        assert (
            scalar(imported, "select count(*) from invoice where open_minor <> 0 or settled_at is null") == 0
        )
        assert scalar(imported, "select count(*) from credit_account where used_minor <> 0") == 0

    def test_documents_have_the_numbers_and_lines_of_their_orders(self, imported: Engine) -> None:
        assert (
            scalar(
                imported,
                "select count(*) from sales_order o join invoice i on i.order_id = o.id and i.number = o.number "
                "and i.total_minor = o.total_minor and i.issued_at = o.placed_at",
            )
            == 25_900
        )
        assert (
            scalar(
                imported,
                "select count(*) from order_line l join invoice i on i.order_id = l.order_id join invoice_line x "
                "on x.invoice_id = i.id and x.line_no = l.line_no and x.sku = l.sku and x.name = l.name "
                "and x.quantity = l.quantity and x.unit_price = l.unit_price and x.net_minor = l.total_minor",
            )
            == 541_909
        )

    def test_every_line_is_there_as_it_was(self, imported: Engine) -> None:
        """Invoice, code, quantity, price and customer of each line, and the time of each invoice's first."""
        file: Counter[str] = Counter()
        times: dict[str, str] = {}
        with gzip.open(FILE, "rt", encoding="utf-8", newline="") as handle:
            for invoice, sku, _, quantity, at, price, customer, _ in csv.reader(handle):
                if invoice != "InvoiceNo":
                    whole, _, part = price.partition(".")
                    file[f"{invoice}|{sku}|{quantity}|{whole}.{part:0<4}|{customer or 'COUNTER-SALES'}"] += 1
                    times.setdefault(invoice, at)
        assert (
            Counter(
                copied(
                    imported,
                    (
                        "select concat_ws('|', o.number, l.sku, l.quantity, l.unit_price, c.code) "
                        "from order_line l join sales_order o on o.id = l.order_id join company c on c.id = o.company_id"
                    ),
                )
            )
            == file
        )
        local = "to_char(placed_at at time zone 'Europe/London', 'YYYY-MM-DD HH24:MI:SS')"
        assert (
            dict(
                line.split("|")
                for line in copied(imported, f"select concat_ws('|', number, {local}) from sales_order")
            )
            == times
        )

    def test_lines_entered_a_minute_later_are_told_in_an_event(self, imported: Engine) -> None:
        told = column(imported, "select text from order_event where text like 'Entered then: line%'")
        lines = [
            words for words in told for words in str(words).rpartition("line")[2].lstrip("s ").split(", ")
        ]
        assert (len(told), len(lines)) == (43, 2025)

    def test_what_is_odd_is_kept(self, imported: Engine) -> None:
        for condition, lines in (
            ("quantity < 0", 10_624),
            ("unit_price < 0", 2),
            ("unit_price = 0", 2_515),
            ("unit_price <> round(unit_price, 2)", 4),
        ):
            assert scalar(imported, f"select count(*) from order_line where {condition}") == lines, condition
        repeats = (
            "select sum(n - 1) from (select count(*) as n from order_line l join sales_order o on o.id = l.order_id "
            "group by o.number, o.placed_at, o.company_id, l.sku, l.name, l.quantity, l.unit_price having count(*) > 1) q"
        )
        assert int(str(scalar(imported, repeats))) >= 5_268
        assert column(
            imported,
            "select code from variant v join product p on p.id = product_id "
            "where upper(sku) = '85123A' order by 1",
        ) == ["85123A", "85123a"]

    def test_names_are_known_though_some_lines_have_none(self, imported: Engine) -> None:
        assert scalar(imported, "select count(*) from order_line where name = ''") == 0
        assert scalar(imported, "select name from variant where sku = '85123A'")

    def test_a_second_run_changes_nothing(self, imported: Engine) -> None:
        before = fingerprint(imported)
        report = import_online_retail(imported, FILE)
        assert not report.wrote
        assert (report.files["lines"].unchanged, report.files["invoices"].unchanged) == (541_909, 25_900)
        assert fingerprint(imported) == before


def copied(engine: Engine, sql: str) -> list[str]:
    """Lines of COPY, which is much faster than rows."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"copy ({sql}) to stdout") as copy,
    ):
        return b"".join(bytes(block) for block in copy).decode().splitlines()


def small(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "retail.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


ROW = "536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom"


def test_rounding_is_half_up_away_from_zero_per_line(engine: Engine, tmp_path: Path) -> None:
    rows = [f"C1,A,x,{n},2010-12-01 08:26:00,0.005,1,UK" for n in (1, -1, 3, -3)]
    import_online_retail(engine, small(tmp_path, *rows))
    assert column(engine, "select total_minor from order_line order by line_no") == [1, -1, 2, -2]
    assert column(engine, "select kind from sales_order") == ["credit"]
    assert column(engine, "select kind || total_minor from invoice") == [
        "invoice0"
    ]  # follows the sum, not the name


def test_documents_may_stay_open_from_a_day_on(engine: Engine, tmp_path: Path) -> None:
    later = ROW.replace("536365", "C2").replace(",6,", ",-2,").replace("2010-12-01", "2010-12-02")
    import_online_retail(engine, small(tmp_path, ROW, later), unpaid_since=date(2010, 12, 2))
    assert column(
        engine, "select number || ' ' || kind || ' ' || open_minor from invoice order by number"
    ) == ["536365 invoice 0", "C2 credit_memo -510"]
    assert verify(engine).findings == []


def test_summer_and_winter_time_of_the_wholesaler(engine: Engine, tmp_path: Path) -> None:
    summer = ROW.replace("536365", "2").replace("2010-12-01", "2011-06-01")
    import_online_retail(engine, small(tmp_path, ROW, summer))
    with engine.connect() as connection:
        times = (
            connection.execute(text("select placed_at from sales_order order by placed_at")).scalars().all()
        )
    assert [moment.astimezone(UTC) for moment in times] == [
        datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
        datetime(2011, 6, 1, 7, 26, tzinfo=UTC),
    ]


def test_an_invoice_with_a_bad_line_is_left_out_whole_and_verbatim(engine: Engine, tmp_path: Path) -> None:
    bad = ROW.replace(",6,", ",six,")
    spaced = ROW.replace("2.55", " 2.550").replace("536365", "536365 ")
    path = small(tmp_path, ROW, bad, spaced, ROW.replace("536365", "536366"))
    report = import_online_retail(engine, path)
    assert (report.files["invoices"].rejected, report.files["lines"].rejected) == (1, 3)
    assert column(engine, "select number from sales_order") == ["536366"]
    assert (tmp_path / "rejected" / "retail.csv").read_text(encoding="utf-8").splitlines() == [
        f"row,reason,{HEADER}",
        f"2,invoice 536365 has a rejected row (row 3),{ROW}",
        f"3,Quantity: not an integer,{bad}",
        f"4,invoice 536365 has a rejected row (row 3),{spaced}",
    ]
    assert not import_online_retail(engine, path).wrote


@pytest.mark.parametrize(
    "row",
    [
        ROW.replace("2.55", "9999999999"),
        ROW.replace("2.55", "NaN").replace("536365", "7"),
        ROW.replace(",6,", ",1000001,"),
        ROW.replace("2010-12-01", "0000-12-01"),
        ROW.replace("WHITE", "a\x00b"),
    ],
)
def test_what_no_order_can_be_is_rejected(engine: Engine, tmp_path: Path, row: str) -> None:
    row = row if "9999999999" not in row else row.replace(",6,", ",1000000,")
    report = import_online_retail(engine, small(tmp_path, row, ROW.replace("536365", "8")))
    assert report.files["lines"].rejected == 1
    assert column(engine, "select number from sales_order") == ["8"]


def test_another_file_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"retail\.csv: missing column UnitPrice\."):
        import_online_retail(engine, small(tmp_path, header=HEADER.replace(",UnitPrice", "")))


@pytest.mark.parametrize("limit", ["NaN", "-1", "1e20", "Infinity"])
def test_the_limit_is_an_amount(engine: Engine, tmp_path: Path, limit: str) -> None:
    with pytest.raises(BadFile, match="not an amount"):
        import_online_retail(engine, small(tmp_path, ROW), credit_limit=Decimal(limit))
