"""Reading the files: headers, encodings, compression, rows of any shape. Attackers write files, too."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.intake.source import LONGEST_RECORD, BadFile
from tests.import_files import Folder, as_csv, column, fingerprint, scalar

HEADER = ("number", "name", "hex")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files", empty=True)


def colours(folder: Folder, content: bytes, *, compressed: bool = False) -> Folder:
    folder.raw("colours", content, compressed=compressed)
    return folder


def test_headers_come_in_any_order_with_a_byte_order_mark_and_either_line_end(
    engine: Engine, folder: Folder
) -> None:
    colours(
        folder, b"\xef\xbb\xbfhex,number,name\r\n#86AFC8,AM-1,Bluebird\r\n\r\n ,,\r\n#9AA7AB,AM-2,Fog\r\n"
    )
    report = folder.load(engine)
    assert report.files["colours.csv"].added == 2
    assert report.rejected == 0
    assert column(engine, "select name from colour order by number") == ["Bluebird", "Fog"]


def test_compressed_files_are_read(engine: Engine, folder: Folder) -> None:
    colours(folder, as_csv(HEADER, ("AM-1", "Bluebird", "#86afc8")), compressed=True).load(engine)
    assert column(engine, "select hex from colour") == ["#86AFC8"]


def test_plain_and_compressed_together_stop_the_import(engine: Engine, folder: Folder) -> None:
    content = as_csv(HEADER, ("AM-1", "Bluebird", "#86AFC8"))
    colours(colours(folder, content), content, compressed=True)
    with pytest.raises(BadFile, match=r"colours\.csv is there twice"):
        folder.load(engine)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("number,name", "colours.csv: missing column hex."),
        ("number,name,hex,hex", "colours.csv: repeated column hex."),
        ("number,name,Hex,hex", "colours.csv: repeated column hex."),
        ("number;name;shade", "colours.csv: missing column hex."),
        ("a wholly other file", "colours.csv: missing columns number, name, hex."),
        ("", "colours.csv has no header."),
    ],
)
def test_a_wrong_header_stops_before_anything_is_written(
    engine: Engine, folder: Folder, header: str, says: str
) -> None:
    before = fingerprint(engine)
    folder.add("stores")  # read before, so it would be there
    colours(folder, f"{header}\nAM-1,Bluebird,#86AFC8\n".encode() if header else b"")
    with pytest.raises(BadFile) as stopped:
        folder.load(engine)
    assert str(stopped.value) == says
    assert fingerprint(engine) == before


def test_orders_without_lines_stop_the_import(engine: Engine, folder: Folder) -> None:
    folder.add("orders")
    with pytest.raises(BadFile, match="belong together"):
        folder.load(engine)


def test_an_empty_folder_says_so_and_unknown_files_are_named(engine: Engine, folder: Folder) -> None:
    folder.raw("price", b"a,b\n")
    with pytest.raises(BadFile, match="has none of the files"):
        folder.load(engine)
    folder.add("stores")
    assert folder.load(engine).not_read == ["price.csv"]


def test_quotes_hold_commas_quotes_and_line_breaks(engine: Engine, folder: Folder) -> None:
    folder.raw(
        "products",
        b'code,name,description\r\nP1,"Say ""hi"", twice","one\r\ntwo\nthree"\r\nP2,"a\nb",x\r\nP3,,y\r\n',
    )
    folder.load(engine)
    assert (
        scalar(engine, "select name || '/' || description from product where code = 'P1'")
        == 'Say "hi", twice/one\ntwo\nthree'
    )
    # A record counts once, however many lines it has; a name has one.
    assert column(engine, "select name from product where code = 'P2'") == ["a b"]
    assert folder.rejected("products") == {4: "name: missing"}


def test_bytes_that_are_not_utf8_reject_their_row_and_come_back_as_they_were(
    engine: Engine, folder: Folder
) -> None:
    colours(folder, b"number,name,hex\nAM-1,Caf\xe9,#86AFC8\nAM-2,Fog,#9AA7AB\n")
    folder.load(engine)
    assert folder.rejected("colours") == {2: "name: not UTF-8"}
    assert b"AM-1,Caf\xe9,#86AFC8" in (folder.path / "rejected" / "colours.csv").read_bytes()
    assert column(engine, "select number from colour") == ["AM-2"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'number,name,hex\nAM-1,Fog,#86AFC8\nAM-2,"Fog" x,#86AFC8\n', "row 3 cannot be read"),
        (b'number,name,hex\nAM-1,Fog,#86AFC8\nAM-2,"Fog,#86AFC8\n', "row 3 cannot be read"),
    ],
)
def test_broken_quotes_stop_with_the_row(engine: Engine, folder: Folder, content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        colours(folder, content).load(engine)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-20], lambda data: data[:60] + b"\x00" * 40 + data[100:]]
)
def test_a_damaged_compressed_file_stops_with_a_sentence(
    engine: Engine, folder: Folder, damage: object
) -> None:
    rows = [(f"AM-{n}", f"Colour {n * 7919 % 1000}", "#86AFC8") for n in range(500)]
    packed = gzip.compress(as_csv(HEADER, *rows))
    assert callable(damage)
    folder.path.mkdir()
    (folder.path / "colours.csv.gz").write_bytes(damage(packed))
    with pytest.raises(BadFile, match="cannot be read"):
        folder.load(engine)
    (folder.path / "colours.csv.gz").write_bytes(packed)
    assert folder.load(engine).rejected == 0
    assert scalar(engine, "select count(*) from colour") == 500


def test_rows_with_too_few_or_too_many_fields_are_rejected(engine: Engine, folder: Folder) -> None:
    colours(folder, b"number,name,hex\nAM-1,Fog\nAM-2,Fog,#86AFC8,blue\nAM-3,Fog,#86AFC8\n").load(engine)
    assert folder.rejected("colours") == {2: "2 fields instead of 3", 3: "4 fields instead of 3"}


@pytest.mark.parametrize(
    "name",
    [
        "=HYPERLINK(1)",
        "@SUM(1)",
        "<script>alert(1)</script>",
        "'; drop table colour; --",
        "\\N",
        "\\.",
        "NULL",
        "{{ 7*7 }}",
        "%s %(x)s",
        "ظ עברית 漆 🎨",
        "a\tb",
        "x\u2028y",
    ],
)
def test_texts_stay_what_they_are_but_for_line_breaks(engine: Engine, folder: Folder, name: str) -> None:
    colours(folder, as_csv(HEADER, ("AM-1", name, "#86AFC8"))).load(engine)
    assert column(engine, "select name from colour") == [
        " ".join(name.split("\t" if "\t" in name else "\u2028"))
    ]


def test_zero_bytes_and_endless_fields_are_rejected_wherever_they_stand(
    engine: Engine, folder: Folder
) -> None:
    folder = Folder(folder.path)
    bad = {"\x00", "a\x00b", "9" * 100_000, "é" * 5_000}
    folder.order("H-2")  # its lines are bad, so it is, too
    for file, rows in list(folder.rows.items()):
        own = {"order_number": "H-2"} if file == "order_lines" else {}
        for name in list(rows[0]):
            for value in bad:
                folder.add(file, **{**own, name: value})
    report = folder.load(engine)
    for file, rows in folder.rows.items():
        refused = folder.rejected(file)
        good = {
            1 + n
            for n, row in enumerate(rows, 1)
            if "H-2" not in row.values() and bad.isdisjoint(row.values())
        }
        assert set(refused) == set(range(2, len(rows) + 2)) - good, file
    assert report.rejected
    assert column(engine, "select number from sales_order") == ["H-1"]


def test_a_compressed_file_of_endless_nothing_is_refused_without_reading_it_whole(
    engine: Engine, folder: Folder
) -> None:
    folder.path.mkdir()
    with gzip.open(folder.path / "colours.csv.gz", "wb", compresslevel=1) as handle:
        handle.write(b"number,name,hex\nAM-1,Fog,#86AFC8\n")
        for _ in range(300):
            handle.write(b"x" * LONGEST_RECORD)  # one line of 300 million characters
    tracemalloc.start()
    with pytest.raises(BadFile, match="row 3 cannot be read: it is longer than 1,000,000 characters"):
        folder.load(engine)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


def test_a_record_may_not_grow_by_line_breaks_in_quotes_either(engine: Engine, folder: Folder) -> None:
    colours(folder, b'number,name,hex\nAM-1,"' + b"\n" * (LONGEST_RECORD + 10), compressed=True)
    with pytest.raises(BadFile, match="row 2 cannot be read"):
        folder.load(engine)


def test_only_own_files_are_removed_from_the_rejected_folder(engine: Engine, folder: Folder) -> None:
    colours(folder, as_csv(HEADER, ("AM-1", "Fog", "grey"))).load(engine)
    (folder.path / "rejected" / "notes.txt").write_text("mine")
    assert folder.rejected("colours") == {2: "hex: not a colour like #86AFC8"}
    report = colours(folder, as_csv(HEADER, ("AM-1", "Fog", "#86AFC8"))).load(engine)
    assert report.rejected_folder is None
    assert [path.name for path in (folder.path / "rejected").iterdir()] == ["notes.txt"]


def test_order_limits_come_with_the_people_and_stay_where_a_file_has_none(
    engine: Engine, tmp_path: Path
) -> None:
    """A file without the column takes away no limit that an administrator gave. Seen failing when it did."""
    folder = Folder(tmp_path / "all")
    limits = "select order_limit_minor from membership"
    folder.load(engine)
    assert column(engine, limits) == [None]
    folder.rows["memberships"] = [{**row, "order_limit": "2500.5"} for row in folder.rows["memberships"]]
    assert folder.load(engine).wrote
    assert column(engine, limits) == [250_050]
    assert not folder.load(engine).wrote
    folder.rows["memberships"] = [{**row, "order_limit": ""} for row in folder.rows["memberships"]]
    assert not folder.load(engine).wrote
    assert column(engine, limits) == [250_050]
