"""Files as offices save them: spreadsheets' encodings, separators, headers and columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.exchange.folder import import_folder
from portal.intake.dialect import Reading
from portal.intake.source import BadFile
from tests.import_files import NOW, Folder, column, scalar

TEXT = "code,name,category\nP1,Façade primer,Paint\nP2,Brush 2 in,Brushes\n"
BOTH = ["Brush 2 in", "Façade primer"]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files", empty=True)


def names(engine: Engine) -> list[str]:
    return sorted(column(engine, "select name from product"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("compressed", [False, True])
def test_every_encoding_that_is_certain_is_read(
    engine: Engine, folder: Folder, encoding: str, compressed: bool
) -> None:
    folder.raw("products", TEXT.encode(encoding), compressed=compressed)
    assert folder.load(engine).rejected == 0
    assert names(engine) == BOTH


def test_an_encoding_that_is_not_certain_is_said(engine: Engine, folder: Folder) -> None:
    folder.raw("products", TEXT.encode("cp1252"))
    report = folder.load(engine)
    assert folder.rejected("products") == {2: "name: not UTF-8"}
    assert report.undecoded == ["products.csv"]
    report = import_folder(engine, folder.path, NOW, reading=Reading(encoding="cp1252"))
    assert (report.rejected, report.undecoded, names(engine)) == (0, [], BOTH)


def test_a_file_that_breaks_off_inside_a_letter_stops_with_the_row(engine: Engine, folder: Folder) -> None:
    folder.raw("products", TEXT.encode("utf-16")[:-1])
    with pytest.raises(BadFile, match=r"products\.csv: row \d cannot be read"):
        folder.load(engine)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "sep={}\r\n"])
def test_separators(engine: Engine, folder: Folder, separator: str, above: str) -> None:
    text = above.format(separator) + TEXT.replace(",", separator).replace("Brush 2", "Brush 2,5")
    folder.raw("products", text.encode())
    folder.load(engine)
    assert names(engine) == ["Brush 2,5 in", "Façade primer"]


def test_rows_are_numbered_as_the_spreadsheet_shows_them(engine: Engine, folder: Folder) -> None:
    folder.raw("products", b"sep=;\ncode;name\n\nP1;\nP2;Tape\n")
    folder.load(engine)
    assert folder.rejected("products") == {3: "name: missing"}


def test_decimal_commas_where_semicolons_separate_and_rejects_that_can_be_sent_again(
    engine: Engine, folder: Folder
) -> None:
    folder.raw("stores", b"")
    whole = Folder(folder.path).only("products", "variants", "price_lists")
    whole.write()
    (folder.path / "stores.csv").unlink()
    folder.raw(
        "prices",
        b"price_list;sku;unit_price\nTRADE;INT-300-5;1.148,50\nTRADE;NO-1;2,5\nTRADE;INT-300-5;1.148\n",
    )
    folder.load(engine)
    assert str(scalar(engine, "select unit_price from list_price")) == "1148.5000"
    said = (folder.path / "rejected" / "prices.csv").read_text().splitlines()
    assert said[0] == "row;reason;price_list;sku;unit_price"
    assert said[1] == "3;sku: no such variant;TRADE;NO-1;2,5"
    assert "may be thousands or decimals" in said[2]


def test_headers_in_any_spelling_and_columns_that_mean_nothing(engine: Engine, folder: Folder) -> None:
    folder.raw(
        "products", b"Code, NAME ,Brand,Categoryy,,\nP1,Tray,Acme,Tools,,\nP2,Tape,,,,,,\nP3,Caulk,,\n,,,,,\n"
    )
    report = folder.load(engine)
    assert names(engine) == ["Caulk", "Tape", "Tray"]
    assert report.columns_not_read == {"products.csv": ["Brand", "Categoryy (category?)"]}


def test_a_value_beyond_the_header_rejects_its_row(engine: Engine, folder: Folder) -> None:
    folder.raw("products", b"code,name\nP1,Tray,9 in\nP2\n")
    folder.load(engine)
    assert folder.rejected("products") == {2: "3 fields instead of 2", 3: "1 fields instead of 2"}


def test_strict_stops_at_a_column_that_no_file_has(engine: Engine, folder: Folder) -> None:
    folder.raw("products", b"code,name,brand\nP1,Tray,Acme\n")
    folder.write()
    with pytest.raises(BadFile, match="unknown column brand"):
        import_folder(engine, folder.path, NOW, reading=Reading(strict=True))


def test_names_of_files_in_any_case_and_workbooks_that_nobody_reads(engine: Engine, folder: Folder) -> None:
    folder.raw("Products", TEXT.encode())
    folder.raw("prices.xlsx", b"PK")
    (folder.path / "prices.xlsx.csv").rename(folder.path / "prices.xlsx")
    assert folder.load(engine).not_read == ["prices.xlsx"]
    assert names(engine) == BOTH


@pytest.mark.parametrize(
    "sku", ["M8 X 40", "M8#2", 'M8"HEX', "M8%5", "SÄGE-1", "-11083-5", "_4002", "T/../E-1", "=1+1"]
)
def test_what_a_maker_calls_its_items_comes_in_with_all_that_refers_to_it(
    engine: Engine, tmp_path: Path, sku: str
) -> None:
    folder = Folder(tmp_path / "files")
    for file in ("variants", "prices", "stock", "order_lines", "contract_prices", "part_numbers"):
        for row in folder.rows[file]:
            row["sku"] = sku
    assert folder.load(engine).rejected == 0
    assert column(engine, "select sku from order_line") == [sku]
