"""docs/data-formats.md and the code say the same: columns, required, limits, choices, defaults, reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portal.exchange.orders.columns import LINE_WORDS, ORDER_WORDS
from portal.exchange.orders.line_states import ALLOWED_LINES, fulfilled_range
from portal.exchange.orders.states import ONLY_DELIVERY, ONLY_PICKUP
from portal.intake.collected import all_specs, columns_by_file
from portal.intake.spec import Spec
from portal.intake.tables import Column, Table
from portal.orders.status import LINE_STATES, ORDER_STATES

PAGE = (Path(__file__).parents[3] / "docs" / "data-formats.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Documented:
    """One line of a table of the page."""

    file: str
    name: str
    required: str
    kind: str
    example: str
    reasons: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.file}.{self.name}"


def documented() -> list[Documented]:
    """All columns of the page."""
    found = []
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        title = re.match(r"`(\w+\.csv)`\n", section)
        for line in section.split("\n## ")[0].splitlines() if title else []:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if title and re.match(r"\| `\w+` \|", line):
                reasons = tuple(re.findall(r"`([^`]+: [^`]+)`", cells[4]))
                name, example = cells[0].strip("`"), cells[3].strip("`")
                found.append(Documented(title[1], name, cells[1], cells[2], example, reasons))
    return found


TABLES = documented()


def column_of(table: Documented) -> Column:
    return next(column for column in columns_by_file()[table.file] if column.name == table.name)


def test_files_columns_and_their_order() -> None:
    page: dict[str, list[str]] = {}
    for table in TABLES:
        page.setdefault(table.file, []).append(table.name)
    assert page == {file: [column.name for column in columns] for file, columns in columns_by_file().items()}
    assert list(page) == list(columns_by_file())


def test_keys() -> None:
    for spec in (each for each in all_specs() if isinstance(each, Spec)):
        section = PAGE.split(f"### `{spec.file}`")[1]
        line = re.search(r"^Key: (.+?)\.", section, re.MULTILINE)
        assert line
        assert tuple(re.findall(r"`(\w+)`", line[1])) == spec.key, spec.file


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_required(table: Documented) -> None:
    assert (table.required == "yes") == column_of(table).required


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_the_example_is_accepted(table: Documented) -> None:
    if "…" not in table.example:
        column_of(table).parse(table.example)


def wrong_values(kind: str) -> list[tuple[str, str]]:
    """What the words of the type column promise: (value, reason)."""
    if limits := re.match(r"integer ([\d]+)–(\d+)", kind):
        low, high = int(limits[1]), int(limits[2])
        outside = f"not between {low} and {high}"
        odd = [(bad, "not an integer") for bad in ("x", "1.5", "1e3", "٣", "NaN", "1,000", "9" * 13)]
        return [
            *odd,
            (str(low - 1), outside),
            (str(high + 1), outside),
            ("-1", outside),
            ("999999999999", outside),
        ]
    if length := re.match(r"text, (\d+)", kind):
        return [
            ("x" * (int(length[1]) + 1), f"longer than {length[1]} characters"),
            ("a\x07b", "not a text without control characters"),
        ]
    if length := re.match(r"code, (\d+)", kind):
        odd = [(bad, "not a code") for bad in ("ä", "a b", "=1", "-x", "a\x00", "a;b", "<b>")]
        return [*odd, ("x" * (int(length[1]) + 1), f"longer than {length[1]} characters")]
    if length := re.match(r"item number, (\d+)", kind):
        odd = [(bad, "not an item number") for bad in ("漆", "***", "a\u200bb")]
        return [*odd, ("x" * (int(length[1]) + 1), f"longer than {length[1]} characters")]
    if kind.startswith("decimal degrees"):
        bound = "90" if "90 to 90" in kind else "180"
        words = f"not between -{bound} and {bound}"
        return [
            (bad, words)
            for bad in (f"{bound}.000001", "-181", "NaN", "Infinity", "1e1", "1.1234567", "north")
        ]
    for beginning, odd, words in (
        (
            "email",
            ("x", "a@b", "a@b c.de", "a\x00@b.example", "a@b.example\x00", "a,b@c.example", "x@y@z.example"),
            "not an email",
        ),
        (
            "price",
            ("-1", "1.00001", "12345678901", "1e3", "NaN", "Infinity", "1,5", "٣", "$5", "1_000"),
            "not a price",
        ),
        ("signed amount", ("--1", "1.00001", "12345678901", "NaN", "1,5"), "not an amount"),
        ("percentage", ("-1", "100.001", "101", "1.2345", "NaN", "1e1", "٣", "8%"), "not between 0 and 100"),
        (
            "terms",
            ("30", "net", "Net 30", "net 366", "2/10", "eom+10", "51/10 net 30"),
            "not like net 30, 2/10 net 30, eom or eom 10",
        ),
        ("amount", ("-1", "1.00001", "12345678901", "NaN"), "not an amount"),
        (
            "date",
            ("2026-02-30", "31.03.2026", "2026-3-1", "20260301", "2026-W01-1", "tomorrow"),
            "not a date",
        ),
        (
            "time",
            (
                "2026-03-31",
                "2026-03-31T06:41:07",
                "2026-03-31T25:00:00Z",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
                "1980-01-01T00:00:00Z",
                "now",
            ),
            "not a time",
        ),
        ("count, ", ("x", "1e3", "1.2345", "1,5", "٣", "NaN"), "not a count"),
        ("clock", ("6:30", "24:01", "25:00", "06:30:00", "noon"), "not a clock"),
        ("yes/no", ("yess", "2", "maybe"), "not one of yes, no"),
        ("currency", ("usd", "US", "$", "USDX"), "not a currency"),
        ("country", ("Atlantis", "U1"), "not a country"),
        ("zone", ("Chicago", "../etc/passwd", "america/chicago"), "not a zone"),
        ("language tag", ("e", "en glish", "en_US"), "not a language tag"),
        ("`#`", ("86AFC8", "#86AFC", "#86AFCX", "#86AFC80"), "not a colour like #86AFC8"),
        (
            "an `https",
            ("javascript:alert(1)", "ftp://x", "https://a b", 'https://x"y', "https://x\x00", "//x"),
            "not a web address",
        ),
        (
            "an argon2id",
            (
                "secret",
                "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43,
                "$argon2id$v=19$m=9999999,t=9,p=9$c29tZXNhbHQxMjM0$" + "A" * 43,
            ),
            "not an argon2id hash",
        ),
    ):
        if kind.startswith(beginning):
            return [(bad, words) for bad in odd]
    if choices := re.match(r"((?:`\w+`(?:, | or )?)+)", kind):
        words = "not one of " + ", ".join(re.findall(r"`(\w+)`", choices[1]))
        return [("x", words), ("Placed", words)]
    return []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_what_is_not_of_the_type_is_rejected_with_the_documented_words(
    table: Documented, tmp_path: Path
) -> None:
    columns = columns_by_file()[table.file]
    (tmp_path / table.file).write_text(",".join(column.name for column in columns) + "\n")
    reader = Table(tmp_path / table.file, columns)
    referring = re.match(r"(a|an|another|the|number,) ", table.kind) is not None
    promised = wrong_values(table.kind)
    assert promised or referring, f"the type of {table.id} is not understood: {table.kind}"
    for value, reason in promised:
        row = reader.parse(2, [value if column.name == table.name else "" for column in columns])
        mine = [each for each in row.reasons if each.startswith(f"{table.name}: ")]
        assert mine == [f"{table.name}: {reason}"], value[:50]
    row = reader.parse(2, [""] * len(columns))
    must = table.required == "yes" and not column_of(table).may_be_empty
    assert (f"{table.name}: missing" in row.reasons) == must


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_documented_defaults(table: Documented) -> None:
    found = re.search(r"default `?([\w]+)`?", table.kind)
    default: Any = column_of(table).default
    if not found:
        assert not default or "always was" in table.kind, (
            f"{table.id} has the undocumented default {default!r}"
        )
    elif found[1] in {"yes", "no"}:
        assert default is (found[1] == "yes")
    else:
        assert str(default) == found[1]


def test_states_are_those_of_the_portal() -> None:
    assert sorted(ORDER_WORDS) == sorted(ORDER_STATES) == sorted(ALLOWED_LINES)
    assert sorted(LINE_WORDS) == sorted(LINE_STATES)


def test_the_table_of_states() -> None:
    part = PAGE.split("### States")[1]
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| (.+) \|$", part, re.MULTILINE)
    assert [row[0] for row in rows] == list(ALLOWED_LINES)
    for status, ways, lines in rows:
        assert set(re.findall(r"`(\w+)`", lines)) == ALLOWED_LINES[status]
        assert ("pickup" in ways) == (status not in ONLY_DELIVERY)
        assert ("delivery" in ways) == (status not in ONLY_PICKUP)


def test_the_table_of_quantities() -> None:
    part = PAGE.split("| Line `state` | `quantity_fulfilled` |")[1]
    rows = re.findall(r"^\| (`.+`) \| (.+) \|$", part, re.MULTILINE)
    words = {(0, 0): "0", (1, 7): "1 to `quantity`", (0, 6): "0 to `quantity` − 1"}
    told = {state: range_ for states, range_ in rows for state in re.findall(r"`(\w+)`", states)}
    assert set(told) == set(LINE_WORDS)
    for state, range_ in told.items():
        assert range_.split(":")[0] == words[fulfilled_range(state, 7)], state
